// The keys of every page of the desk.
import { listen } from "./_keys";

listen();

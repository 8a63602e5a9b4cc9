// The map of the committees: the element is all there is to it.
import "../../../maps/browser/map-element";

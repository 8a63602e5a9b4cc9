// The map of the markets: the element is all there is to it.
import "../../../maps/browser/map-element";

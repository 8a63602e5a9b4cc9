// Asks the device for its position, once, when the button is pressed (WGS-84). Without this script the address is enough.
(function () {
  "use strict";
  var box = document.getElementById("locate");
  if (!box || !navigator.geolocation || !window.isSecureContext) return;
  var lat = document.getElementById("lat"), lon = document.getElementById("lon");
  var said = document.getElementById("locate-said"), off = document.getElementById("locate-off");
  function shown() { off.hidden = !lat.value; }
  box.hidden = false;
  shown();
  document.getElementById("locate-now").addEventListener("click", function () {
    said.textContent = box.dataset.asking;
    navigator.geolocation.getCurrentPosition(function (found) {
      lat.value = found.coords.latitude.toFixed(6);
      lon.value = found.coords.longitude.toFixed(6);
      said.textContent = box.dataset.found.replace("{metres}", Math.round(found.coords.accuracy));
      shown();
    }, function () {
      said.textContent = box.dataset.failed;
    }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  });
  off.addEventListener("click", function () {
    lat.value = lon.value = said.textContent = "";
    shown();
  });
})();

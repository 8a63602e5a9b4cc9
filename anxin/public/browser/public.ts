// After a report has been received its draft is no longer needed; a link can be passed on by the device's own means.
import { forget } from "./lib/draft";

if (document.querySelector(".receipt") && sessionStorage.getItem("report-sent")) {
  sessionStorage.removeItem("report-sent");
  void forget();
}
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-pass-on]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const url = button.dataset.passOn ?? "";
    try {
      if (navigator.share) await navigator.share({ url, title: document.title });
      else await navigator.clipboard.writeText(url);
      button.textContent = button.dataset.done ?? "";
    } catch {
      // the reader has changed their mind, or the device refuses: the link stands beside the button
    }
  });
}

// How long an image may be assessed before that is odd: four times the deadline unless said.
const LONG = 2 * 60 * 60;

// The page stays as it was written; what has aged since is told by the reader's clock.
const ageing = () => {
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const ago = (seconds) => {
    for (const [unit, length] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
      if (seconds >= length) return relative.format(-Math.floor(seconds / length), unit);
    }
    return "just now";
  };
  const seconds = (time) => (Date.now() - Date.parse(time)) / 1000;
  const tell = () => {
    for (const one of document.querySelectorAll("[data-ago]")) one.textContent = ago(seconds(one.dataset.ago));
    for (const one of document.querySelectorAll("[data-since]")) one.classList.toggle("long", seconds(one.dataset.since) > LONG);
  };
  tell();
  setInterval(tell, 60_000);
};

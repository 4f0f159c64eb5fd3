// Says how many characters are left while somebody writes. The server checks; without this the form works the same.
for (const field of document.querySelectorAll("textarea[data-count]")) {
  const most = Number(field.dataset.count);
  const note = document.createElement("p");
  note.className = "help num";
  note.setAttribute("aria-live", "polite");
  const texts = document.querySelector("[data-count-left]");
  const say = () => {
    const left = most - [...field.value.trim().replace(/\s+/g, " ")].length;
    note.textContent = (left < 0 ? texts.dataset.countOver : texts.dataset.countLeft).replace("#", Math.abs(left));
  };
  let waiting;
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(say, 300); });
  field.after(note);
  say();
}

// Prints with the largest letters with which the page fits on one sheet, whatever fonts a computer has.
const sheet = document.querySelector(".pocket");
const tallest = (195 / 25.4) * 96;
addEventListener("beforeprint", () => {
  sheet.classList.add("printed");
  for (let size = 8; size > 5; size -= 0.1) {
    sheet.style.fontSize = `${size}pt`;
    if (sheet.getBoundingClientRect().height < tallest) break;
  }
});
addEventListener("afterprint", () => {
  sheet.classList.remove("printed");
  sheet.style.fontSize = "";
});

// One press for the usual case: everybody without a record was absent. The page works without it.
for (const button of document.querySelectorAll("[data-all-absent]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const choice of document.querySelectorAll("[data-batch] input[value=absent]")) choice.checked = true;
  });
}

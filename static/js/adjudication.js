// Keys 1-5 choose a label; they are inert in text fields.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("textarea, select, input:not([type=radio])")) return;
  const options = document.querySelectorAll('input[type="radio"][name="label"]');
  const option = /^[1-5]$/.test(event.key) ? options[Number(event.key) - 1] : null;
  if (!option) return;
  event.preventDefault();
  option.checked = true;
  option.focus();
});

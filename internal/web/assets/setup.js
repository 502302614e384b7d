// A link to set up an account has its secret behind the #, which no server sees. It is taken
// out of the address, so that it stays in no history, and sent in the form's body.
const form = document.querySelector("form[data-setup]");
if (form && location.hash.length > 1) {
  form.elements.link.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  form.submit();
}

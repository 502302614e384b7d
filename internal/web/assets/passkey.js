// Passkeys: a form with data-passkey="get" or "create" asks the authenticator, and is sent
// with its answer. Without support for it the form stays hidden.
const able = () => window.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined;

// begin gives the options of a ceremony: those of the form, or from the address that it names.
async function begin(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.dataset.begin, {
    method: "POST", body: "{}", headers: { "Content-Type": "application/json" },
  });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.detail);
  form.elements.flow.value = found.flow;
  return found.options;
}

async function ask(form) {
  const options = await begin(form);
  const publicKey = options.publicKey ?? options;
  const credential = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  form.elements.response.value = JSON.stringify(credential.toJSON());
}

async function submit(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const button = form.querySelector("button");
  const complaint = form.querySelector("[role=alert]");
  button.disabled = true;
  complaint.hidden = true;
  try {
    await ask(form);
    form.submit();
  } catch (e) {
    complaint.textContent = e.name === "NotAllowedError" ? "Nothing was chosen, or it took too long. Try again." : e.message;
    complaint.hidden = false;
    button.disabled = false;
  }
}

if (able()) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", submit);
  }
}

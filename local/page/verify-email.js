// Confirms an address with the token from a mailed link. Only the button calls the server, so that a
// program that merely opens links confirms nothing.
const confirmForm = document.querySelector("#confirm");
const resendForm = document.querySelector("#resend");
const outcome = document.querySelector("#outcome");

const token = new URLSearchParams(location.search).get("token");
// The token is a right: it does not stay in the address bar, the history or a bookmark.
history.replaceState(null, "", location.pathname);

function show(sentence, offerResend = false) {
  outcome.textContent = sentence;
  resendForm.hidden = !offerResend;
  outcome.focus();
}

// Runs one request at a time and tells about a connection that fails.
async function submit(form, request) {
  const button = form.querySelector("button");
  button.disabled = true;
  show("One moment …", !resendForm.hidden);
  try {
    await request();
  } catch {
    show("The server cannot be reached. Please try again.", !resendForm.hidden);
  } finally {
    button.disabled = false;
  }
}

async function problem(response) {
  const body = await response.json().catch(() => ({}));
  return { code: body.code, sentence: body.detail ?? body.title ?? `The server answered ${response.status}.` };
}

confirmForm.addEventListener("submit", (event) => {
  event.preventDefault();
  submit(confirmForm, async () => {
    const response = await fetch(`/auth/verify-email?${new URLSearchParams({ token })}`);
    if (response.ok) {
      confirmForm.hidden = true;
      show("Your address is confirmed. You can sign in now.");
      return;
    }
    const { code, sentence } = await problem(response);
    if (code === "token_expired") {
      confirmForm.hidden = true;
      show("This link has expired. Enter your address and we send you a new one.", true);
    } else if (code === "token_invalid") {
      confirmForm.hidden = true;
      show("This link is not known. Was all of it copied? A new one can be sent to you.", true);
    } else {
      show(sentence);
    }
  });
});

resendForm.addEventListener("submit", (event) => {
  event.preventDefault();
  submit(resendForm, async () => {
    const response = await fetch("/auth/verify-email/resend", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: resendForm.elements.email.value }),
    });
    if (response.ok) {
      show("If this address waits for its confirmation, a new link is on its way to it.");
    } else {
      show((await problem(response)).sentence, true);
    }
  });
});

if (token) {
  confirmForm.hidden = false;
} else {
  show("This address lacks its token. Open the link from the mail again, or have a new one sent.", true);
}

"use strict";
// Asks the person's own device for a passkey's answer and sends the form with it.
//
// A button with data-passkey ("get" or "create") is hidden until this has found that the browser
// knows passkeys; without it, or without this file, a one-time code does the same. What is asked
// stands in the element data-options names, or comes from the address data-options-at names.
(() => {
  const known = window.PublicKeyCredential && window.webauthnJSON;

  async function question(button) {
    const { options, optionsAt } = button.dataset;
    if (options) return JSON.parse(document.getElementById(options).textContent).request_options;
    const answer = await fetch(optionsAt, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) throw new Error(`asked, and was answered ${answer.status}`);
    return answer.json();
  }

  async function use(button) {
    const form = button.form;
    const refused = document.getElementById(button.getAttribute("aria-describedby"));
    // In place of the code; when the passkey is itself new, the code is needed beside it.
    const code = button.dataset.passkey === "get" ? form.querySelector("input[name=code]") : null;
    const needed = code && code.required;
    if (code) code.required = false;
    if (!form.reportValidity()) {
      if (code) code.required = needed;
      return;
    }
    button.disabled = true;
    refused.hidden = true;
    try {
      const answer = await window.webauthnJSON[button.dataset.passkey](await question(button));
      form.elements[button.dataset.into].value = JSON.stringify(answer);
      if (code) code.value = "";
      button.disabled = false;
      form.requestSubmit(document.getElementById(button.dataset.sends));
    } catch (error) {
      if (code) code.required = needed;
      button.disabled = false;
      refused.hidden = false;
    }
  }

  for (const button of document.querySelectorAll("button[data-passkey]")) {
    if (!known) continue;
    button.hidden = false;
    button.addEventListener("click", () => use(button));
  }
})();


"use strict";
for (const form of document.forms) {
  const said = form.nextElementSibling;
  const refused = JSON.parse(form.dataset.refused);
  let working = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (working) return;
    working = true;
    said.className = "said";
    said.textContent = form.dataset.working;
    let why = "offline";
    try {
      const reply = await fetch(form.action, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(Object.fromEntries(new FormData(form))),
      });
      if (reply.ok) {
        form.hidden = true;
        said.className = "said good";
        said.textContent = form.dataset.done;
        said.focus();
        if (said.nextElementSibling?.matches("[hidden]")) said.nextElementSibling.hidden = false;
        // What else could have been done isn't needed any more.
        for (const other of document.querySelectorAll("details")) other.hidden = !other.contains(form);
        return;
      }
      why = "other";
      why = (await reply.json()).code;
    } catch {
      // Nothing answered, or something that isn't ours.
    }
    said.className = "said bad";
    said.textContent = refused[why] || refused.other;
    working = false;
  });
}

/* What a page does beyond being read. Everything works without it but search and remembered choices. No words here:
   they come from the page, so that they come from the catalogs. */
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, parent = document) => [...parent.querySelectorAll(selector)];
  const own = document.currentScript.src;

  const remember = (key, value) => {
    try {
      localStorage.setItem(`hexapla.${key}`, value);
    } catch (_) { /* private windows may forbid it; then the choice holds for this page */ }
  };
  const recall = (key) => {
    try {
      return localStorage.getItem(`hexapla.${key}`);
    } catch (_) {
      return null;
    }
  };

  // Notices and offers that can be closed for good.
  for (const part of all("[data-close]")) {
    const key = part.dataset.close;
    const button = part.querySelector(".hx-close");
    button.hidden = false;
    button.addEventListener("click", () => {
      part.hidden = true;
      remember(key, key === "notice" ? root.dataset.notice : "closed");
    });
  }

  // The page in the language that the browser prefers, if it has one of ours before the present one.
  const page = root.lang.toLowerCase().split("-")[0];
  for (const wanted of navigator.languages || []) {
    const language = wanted.toLowerCase().split("-")[0];
    if (language === page) break;
    const offer = all("[data-offer]").find((one) => one.dataset.offer.toLowerCase().split("-")[0] === language);
    if (offer) {
      offer.hidden = recall(offer.dataset.close) === "closed";
      break;
    }
  }

  // The other languages keep the heading that is being read: ids are the same in all of them.
  const follow = () => {
    for (const link of all(".hx-languages a, [data-offer] a")) link.hash = location.hash;
  };
  follow();
  addEventListener("hashchange", follow);

  // Light and dark.
  const toggle = document.querySelector("[data-scheme]");
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.mdColorScheme ? root.dataset.mdColorScheme === "slate" : preferred.matches);
  const show = () => toggle.setAttribute("aria-pressed", String(isDark()));
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    root.dataset.mdColorScheme = isDark() ? "default" : "slate";
    remember("scheme", root.dataset.mdColorScheme);
    show();
  });
  preferred.addEventListener("change", show);
  show();

  // The page that stands in for what is not found: only the language that the address asks for.
  const lost = all("[data-lost]");
  if (lost.length) {
    const asked = decodeURI(location.pathname).split("/");
    const chosen = lost.find((one) => asked.includes(one.dataset.lost)) || lost[0];
    for (const one of lost) one.hidden = one !== chosen;
    if (chosen !== lost[0]) {
      root.lang = chosen.lang;
      root.dir = chosen.dir;
      document.title = chosen.querySelector("h1").textContent;
    }
  }

  // Search is fetched when it is opened.
  const dialog = document.getElementById("search");
  const opener = document.querySelector("[data-open=search]");
  if (dialog && opener && dialog.showModal) {
    opener.hidden = false;
    const open = async () => {
      if (dialog.open) return;
      dialog.showModal();
      const { start } = await import(new URL("search.js", own));
      start(dialog);
    };
    opener.addEventListener("click", open);
    addEventListener("keydown", (event) => {
      const typing = /^(input|textarea|select)$/i.test(event.target.tagName) || event.target.isContentEditable;
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        open();
      }
    });
  }

  // The comment form tells what is wrong in the page's language; the browser would use its own.
  const form = document.querySelector(".hx-comments form");
  if (form) {
    form.noValidate = true;
    const summary = form.querySelector(".hx-summary");
    const check = (field) => {
      const { valueMissing, typeMismatch } = field.validity;
      const message = valueMissing ? field.dataset.missing : typeMismatch ? field.dataset.wrong : "";
      const id = `${field.id}-error`;
      let note = document.getElementById(id);
      if (message && !note) {
        note = document.createElement("span");
        note.id = id;
        note.className = "hx-error";
        field.parentElement.append(note);
      }
      if (note) {
        // A note that is no longer needed keeps its room: nothing may move under a finger that is about to press.
        if (message) note.textContent = message;
        note.classList.toggle("hx-mended", !message);
      }
      if (message) {
        field.setAttribute("aria-invalid", "true");
        field.setAttribute("aria-describedby", id);
      } else {
        field.removeAttribute("aria-invalid");
        field.removeAttribute("aria-describedby");
      }
      return !message;
    };
    const fields = all("input:not([type=hidden]), textarea", form);
    form.addEventListener("submit", (event) => {
      const wrong = fields.filter((field) => !check(field));
      summary.hidden = !wrong.length;
      summary.textContent = wrong.length ? form.dataset.summary : "";
      if (wrong.length) {
        event.preventDefault();
        wrong[0].focus();
      }
    });
    form.addEventListener("change", (event) => {
      if (event.target.hasAttribute("aria-invalid")) check(event.target);
    });
  }
})();

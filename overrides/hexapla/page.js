/* What a page does beyond being read. Everything works without it but search and remembered choices. No words here:
   they come from the catalogs, through words.json in the folder of each locale, and are fetched when they are needed. */
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, parent = document) => [...parent.querySelectorAll(selector)];
  const { home, search } = document.currentScript.dataset; // from the page, not from this script

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

  // The words of a locale, once; what could not be fetched is asked for again.
  const fetched = {};
  const words = (folder = home) => {
    fetched[folder] ||= fetch(`${folder}words.json`).then((response) => {
      if (!response.ok) throw new Error(String(response.status));
      return response.json();
    });
    fetched[folder].catch(() => delete fetched[folder]);
    return fetched[folder];
  };

  // Notices and offers that can be closed for good.
  const closes = (part, key, value) =>
    part.querySelector(".hx-close").addEventListener("click", () => {
      part.hidden = true;
      remember(key, value);
    });
  for (const part of all(".hx-notice")) closes(part, "notice", root.dataset.notice);

  // The page in the language that the browser prefers, if it has one of ours before the present one. It is offered in
  // that language, whose words are fetched for it.
  const base = (tag) => tag.toLowerCase().split("-")[0];
  const offer = async (link) => {
    const tag = link.hreflang;
    const { offer, dismiss } = await words(link.dataset.offer);
    const part = document.createElement("aside");
    part.className = "hx-offer";
    part.lang = tag;
    part.dir = link.dir; // empty where it is that of the page
    part.dataset.offer = tag;
    part.ariaLabel = link.textContent;
    const text = document.createElement("p");
    const own = link.cloneNode(true);
    own.removeAttribute("data-offer");
    text.append(offer, " ", own);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "hx-close";
    button.innerHTML = `<span class="hx-hidden"></span><svg class="hx-icon" viewBox="0 0 24 24"><path d="M6 6l12 12M18 6 6 18"/></svg>`;
    button.firstChild.textContent = dismiss;
    part.append(text, button);
    closes(part, `offer-${tag}`, "closed");
    document.body.append(part);
    // It lies over the end of the page: nothing may stay below it.
    const room = (height) => { root.style.scrollPaddingBottom = document.body.style.paddingBottom = height; };
    room(`${part.offsetHeight}px`);
    button.addEventListener("click", () => room(""));
  };
  for (const wanted of navigator.languages || []) {
    if (base(wanted) === base(root.lang)) break;
    const link = all("a[data-offer]").find((one) => base(one.hreflang) === base(wanted));
    if (link) {
      if (recall(`offer-${link.hreflang}`) !== "closed") offer(link).catch(() => {});
      break;
    }
  }

  // The other languages keep the heading that is being read: ids are the same in all of them.
  const follow = () => {
    for (const link of all(".hx-languages a, .hx-offer a")) link.hash = location.hash;
  };
  follow();
  addEventListener("hashchange", follow);

  // Light and dark.
  const toggle = document.querySelector("[data-scheme]");
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.mdColorScheme ? root.dataset.mdColorScheme === "slate" : preferred.matches);
  const show = () => toggle.setAttribute("aria-pressed", String(isDark()));
  toggle.addEventListener("click", () => {
    root.dataset.mdColorScheme = isDark() ? "default" : "slate";
    remember("scheme", root.dataset.mdColorScheme);
    show();
  });
  preferred.addEventListener("change", show);
  show();

  // A page that Back brings out of memory is as it was: what was chosen meanwhile is recalled.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    const scheme = recall("scheme");
    if (scheme) root.dataset.mdColorScheme = scheme;
    if (recall("notice") === root.dataset.notice) root.classList.add("hx-quiet");
    show();
  });

  // Search is fetched when it is opened.
  const opener = document.querySelector("[data-open=search]");
  const open = async () => {
    try {
      const [{ open }, own] = await Promise.all([import(new URL(search, document.baseURI)), words()]);
      open(home, own.search);
    } catch (_) {
      alert(opener.dataset.failed);
    }
  };
  opener.addEventListener("click", open);
  addEventListener("keydown", (event) => {
    const typing = /^(input|textarea|select)$/i.test(event.target.tagName) || event.target.isContentEditable;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      open();
    }
  });

  // The comment form tells what is wrong in the page's language; the browser would use its own.
  const form = document.querySelector(".hx-comments form");
  if (form) {
    form.noValidate = true;
    const summary = form.querySelector(".hx-summary");
    const check = (field, told) => {
      const { valueMissing, typeMismatch } = field.validity;
      const message = valueMissing
        ? (field.type === "checkbox" ? told.consent : told.missing)
        : typeMismatch ? told[field.type] : "";
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
    };
    const fields = all("input:not([type=hidden]), textarea", form);
    form.addEventListener("focusin", () => words().catch(() => {}), { once: true });
    form.addEventListener("submit", (event) => {
      const wrong = fields.filter((field) => !field.validity.valid);
      summary.hidden = !wrong.length;
      if (!wrong.length) return;
      event.preventDefault();
      words().then(
        ({ comment }) => {
          for (const field of fields) check(field, comment);
          summary.textContent = comment.summary;
          summary.classList.remove("hx-mended");
          wrong[0].focus();
        },
        () => form.reportValidity(),
      );
    });
    form.addEventListener("change", ({ target }) => {
      if (!target.hasAttribute("aria-invalid")) return;
      words().then(({ comment }) => {
        check(target, comment);
        summary.classList.toggle("hx-mended", !form.querySelector("[aria-invalid]"));
      }, () => {});
    });
  }

  for (const part of all("[data-waits]")) part.hidden = false;
})();

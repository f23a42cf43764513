/* Search in one language: makes the dialog, and reads search/search_index.json of the page's locale. */

const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ð: "d", þ: "th", đ: "d", ł: "l", ı: "i", "’": "", "‘": "", "'": "" };
const NUKTA = "\u093c";
/** What Hindi writes as anusvara too: chandrabindu, and a nasal before a consonant of its own class. */
const NASAL = /ँ|ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])/g;

/** Make words comparable: lower case, without accents, without the letters that few keyboards have. In Devanagari
    only the nukta goes (it is often left out); vowel signs are letters, not accents. */
export function fold(text) {
  return text
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replaceAll(NUKTA, "")
    .replace(/[ßæœøðþđłı’‘']/g, (letter) => LETTERS[letter])
    .replace(NASAL, "\u0902")
    .replace(/[०-९]/g, (digit) => "०१२३४५६७८९".indexOf(digit))
    .normalize("NFC");
}

/** Cut a text into words. Marks belong to words: without them Hindi would fall apart. */
export function words(text) {
  return fold(text).match(/[\p{L}\p{M}\p{N}]+/gu) || [];
}

/** Points for one searched word in a list of words: whole, as a beginning, inside (for compounds). */
function points(wanted, list) {
  let best = 0;
  for (const word of list) {
    if (word === wanted) return 4;
    if (word.startsWith(wanted)) best = Math.max(best, 3);
    else if (wanted.length > 2 && word.includes(wanted)) best = Math.max(best, 1);
  }
  return best;
}

/** Find the sections that hold every searched word, the best first. */
export function find(sections, query) {
  const wanted = words(query);
  if (!wanted.length) return [];
  const found = [];
  for (const section of sections) {
    let sum = 0;
    const matches = wanted.every((word) => {
      const score = 5 * points(word, section.titleWords) + points(word, section.textWords);
      sum += score;
      return score > 0;
    });
    if (matches) found.push({ section, sum });
  }
  return found.sort((one, other) => other.sum - one.sum).map((one) => one.section);
}

/** Take the tags out of what the index holds; it is HTML whose text is escaped. */
function plain(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent.replace(/[ \t\r\n]+/g, " ").trim();
}

async function load(root) {
  const response = await fetch(`${root}search/search_index.json`);
  if (!response.ok) throw new Error(String(response.status));
  const { docs } = await response.json();
  return docs.map((doc) => {
    const title = plain(doc.title);
    const text = plain(doc.text);
    return { href: root + doc.location, title, text, titleWords: words(title), textWords: words(text) };
  });
}

/** Give the piece of a text around the first searched word, as parts: before, the word, after. */
function excerpt(text, wanted, length = 160) {
  const cuts = [...text.matchAll(/[\p{L}\p{M}\p{N}’‘']+/gu)];
  const hit = cuts.find((cut) => wanted.some((word) => fold(cut[0]).includes(word)));
  const at = hit ? hit.index : 0;
  const from = Math.max(0, at - length / 3);
  const start = from ? text.indexOf(" ", from) + 1 : 0;
  const end = at + length >= text.length ? text.length : text.lastIndexOf(" ", at + length);
  const word = hit ? hit[0] : "";
  return [(start ? "… " : "") + text.slice(start, at), word, text.slice(at + word.length, end) + (end < text.length ? " …" : "")];
}

/** Make an element: its name, its attributes, what it holds. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

let dialog;

/** Show the dialog; make it first, with the words of the page's locale, whose folder is `root`. */
export function open(root, words) {
  if (!dialog) build(root, words);
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input").focus();
}

function build(root, told) {
  const input = make("input", {
    id: "search-query", type: "search", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    "aria-describedby": "search-status",
  });
  const close = make("button", { type: "button", class: "hx-tool" },
    make("span", { class: "hx-hidden" }, told.close));
  close.insertAdjacentHTML("beforeend",
    '<svg class="hx-icon" viewBox="0 0 24 24"><path d="M6 6l12 12M18 6 6 18"/></svg>');
  const form = make("form", { role: "search" },
    make("label", { id: "search-label", for: "search-query" }, told.label),
    make("div", { class: "hx-query" }, input, close));
  const status = make("p", { id: "search-status", role: "status" });
  const list = make("ol", { class: "hx-results" });
  dialog = make("dialog", { class: "hx-search", id: "search", "aria-labelledby": "search-label" }, form, status, list);
  document.body.append(dialog);
  list.addEventListener("click", (event) => event.target.closest("a") && dialog.close());
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    // In a search field, browsers empty the field instead. While letters are being composed, it ends only that.
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    dialog.close();
  });
  form.addEventListener("submit", (event) => {
    // Enter opens the first result.
    event.preventDefault();
    list.querySelector("a")?.click();
  });

  const language = document.documentElement.lang;
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  let sections, reading;
  const show = () => {
    const wanted = words(input.value);
    const found = find(sections, input.value);
    const sentence = told.results[plural.select(found.length)] || told.results.other;
    const counted = found.length ? sentence.replace("%(count)s", number.format(found.length)) : told.none;
    status.textContent = wanted.length ? counted : "";
    list.replaceChildren(
      ...found.slice(0, 200).map((section) => {
        const [before, word, after] = excerpt(section.text, wanted);
        const link = make("a", { href: section.href }, section.title);
        return make("li", {}, link, make("p", {}, before, make("mark", {}, word), after));
      }),
    );
  };
  const read = async () => {
    try {
      sections = await load(root);
      show();
    } catch (_) {
      status.textContent = told.failed;
    } finally {
      reading = null;
    }
  };
  // What could not be fetched is asked for again with the next letter, but not while it is on its way.
  const follow = () => (sections ? show() : (reading ||= read()));
  input.addEventListener("input", follow);
  follow();
}

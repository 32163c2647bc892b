// texts.js: our texts, in the page's language: the server's choice for its own pages (<html lang>), the browser's for those that are files.
const tags = ["en", "de", "es", "fr", "ja", "pl", "pt", "zh-Hans"];
const primary = (tag) => tag.split("-")[0].toLowerCase();

/// The first of the wanted languages that there are texts in (RFC 4647 3.4).
export function pick(wanted) {
  for (const tag of wanted) {
    const found = tags.find((one) => primary(one) === primary(tag));
    if (found) return found;
  }
  return "en";
}

const root = document.documentElement;
export const language = pick(root.hasAttribute("data-texts") ? navigator.languages : [root.lang]);

const load = async (name) => {
  try {
    return await (await fetch(new URL(name, import.meta.url))).json();
  } catch {
    return {};  // the page then shows the names of its texts: ugly, and everything works
  }
};
const texts = await load(`texts/${language}.json`);

/// The text of that key, its {places} filled with values.
export const t = (key, values = {}) => (texts[key] ?? key).replaceAll(/\{([a-z_]+)\}/g, (place, name) => values[name] ?? place);

/// A page that is a file is English until it has its texts: every element with data-text="key" gets its own.
if (root.hasAttribute("data-texts")) {
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  root.lang = language;
}

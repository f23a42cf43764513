export default function (config) {
  config.addCollection("inLocale", (all) => {
    const locales = {};
    for (const page of all.getAll()) (locales[page.inputPath.split("/")[2]] ??= []).push(page);
    return locales;
  });
  return { dir: { input: "docs", includes: "../_includes", output: "site" } };
}

import { en, type Messages } from "./en.ts";

/** A language of the CLI. */
export type Language = "en" | "zh";

/** Chooses the language: `--lang`, then QIZHI_LANG, then the locale. Anything not Chinese is English. */
export function chooseLanguage(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Language {
  const end = argv.indexOf("--");
  const words = end === -1 ? argv : argv.slice(0, end);
  const flag = words.findIndex((word) => word === "--lang" || word.startsWith("--lang="));
  const given = flag === -1 ? undefined : (words[flag]!.split("=")[1] ?? words[flag + 1]);
  const locale = env["LC_ALL"] || env["LC_MESSAGES"] || env["LANG"];
  return /^zh/i.test(given || env["QIZHI_LANG"] || locale || "") ? "zh" : "en";
}

/** Loads the texts of one language only. */
export async function loadMessages(language: Language): Promise<Messages> {
  // English comes with the table of commands: a file of its own costs 1 ms (measured).
  return language === "zh" ? (await import("./zh.ts")).zh : en;
}

/** English texts of the help; those of each command stand beside it in the table. */
export const help = {
  /** The text in this language. */
  pick: (en: string, _zh: string): string => en,
  usage: "Usage",
  commands: "Commands",
  options: "Options",
  examples: "Examples",
  lang: "en or zh (QIZHI_LANG, then the locale)",
  debug: "Log requests and retries to stderr (QIZHI_DEBUG=1)",
  help: "Display this message",
  version: "Display version number",
};

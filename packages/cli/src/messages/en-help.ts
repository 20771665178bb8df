/** English texts of the help; those of each command stand beside it in the table. */
export const help = {
  /** The text in this language. */
  pick: (en: string, _zh: string): string => en,
  usage: "Usage",
  commands: "Commands",
  options: "Options",
  examples: "Examples",
  about: "distributed training jobs on Qizhi (启智)",
  more: "`qizhi <command> --help` shows a command's options and two examples.",
};

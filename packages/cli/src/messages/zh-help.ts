import type { help as english } from "./en-help.ts";

/** 帮助的简体中文文本；各命令的文本在命令表里。 */
export const help: typeof english = {
  pick: (_en, zh) => zh,
  usage: "用法",
  commands: "命令",
  options: "选项",
  examples: "示例",
  about: "启智分布式训练任务的命令行",
  more: "`qizhi <命令> --help` 显示该命令的选项和两个示例。",
};

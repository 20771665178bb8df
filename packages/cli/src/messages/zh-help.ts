import type { help as english } from "./en-help.ts";

/** 帮助的简体中文文本；各命令的文本在命令表里。 */
export const help: typeof english = {
  pick: (_en, zh) => zh,
  usage: "用法",
  commands: "命令",
  options: "选项",
  examples: "示例",
  lang: "en 或 zh（QIZHI_LANG，其次是系统语言）",
  debug: "在标准错误上记录请求和重试（QIZHI_DEBUG=1）",
  help: "显示这段帮助",
  version: "显示版本号",
};

import type { ErrorWords, FactsOf } from "@qizhi/core/internal";

const blanks: Readonly<Record<string, string>> = {
  "U+00A0": "不换行空格",
  "U+3000": "全角空格",
  "U+200B": "零宽空格",
};

const lineEnds: Readonly<Record<string, string>> = {
  "U+000D": "单独的回车",
  "U+0085": "下一行符",
  "U+2028": "行分隔符",
  "U+2029": "段落分隔符",
};

const jsonWants: Record<FactsOf<"spec", "json_syntax">["wanted"], string> = {
  end_of_file: "文件结尾",
  comma_or_brace: "逗号或 }",
  comma_or_bracket: "逗号或 ]",
  entry: "逗号后的下一项",
  key: "双引号中的键",
  colon: "键后的冒号",
  value: "一个值",
  closing_quote: "结尾的引号",
  closing_quote_in_line: "结尾的引号（换行请写 \\n）",
  escape: "JSON 的转义，例如 \\n 或 \\\\",
};

const fileReasons: Readonly<Record<string, string>> = {
  ENOENT: "没有这个文件",
  ENOTDIR: "没有这个文件",
  EISDIR: "它是一个文件夹",
  EACCES: "当前用户无权读取",
  EPERM: "当前用户无权读取",
  ELOOP: "符号链接绕成了圈",
};

const yamlReasons: Readonly<Record<string, string>> = {
  BAD_ALIAS: "别名写得不对",
  BAD_DIRECTIVE: "指令写得不对",
  BAD_DQ_ESCAPE: "双引号中的转义写得不对",
  BAD_INDENT: "缩进不对",
  BAD_SCALAR_START: "这个字符不能作值的开头，请加引号",
  BLOCK_IN_FLOW: "括号里不能用缩进写法",
  KEY_OVER_1024_CHARS: "键太长",
  MISSING_CHAR: "缺少一个字符，例如引号、括号或冒号",
  MULTILINE_IMPLICIT_KEY: "键不能跨行",
  NON_STRING_KEY: "键必须是文本",
  TAG_RESOLVE_FAILED: "标签不认识",
  UNEXPECTED_TOKEN: "这里多了内容",
};

type TextRule = Extract<
  keyof ErrorWords["spec"],
  | `file_${string}`
  | `json_${string}`
  | `yaml_${string}`
  | "given_twice"
  | "merge_source"
  | "too_many_tokens"
>;

/** 读取任务描述文本时各种问题的简体中文说法。 */
export const textRules: Pick<ErrorWords["spec"], TextRule> = {
  file_unreadable: ({ reason, said }) => `无法读取：${fileReasons[reason] ?? said}`,
  file_too_large: () => "超过 1 MiB，作为任务描述太大",
  too_many_tokens: ({ most }) => `含有超过 ${most} 个词和符号，作为任务描述太多`,
  file_utf16: () => "是 UTF-16 文本；请另存为 UTF-8",
  file_not_utf8: () => "不是 UTF-8 文本",
  file_nul: () => "含有 NUL 字节；它不是文本文件",
  given_twice: ({ name }) => `“${name}”写了两次`,
  json_syntax: ({ wanted, found }) =>
    `不是 JSON：这里要有${jsonWants[wanted]}，却是${found === undefined ? "文件结尾" : `“${found}”`}`,
  yaml_syntax: ({ reason }) => `不是 YAML：${yamlReasons[reason] ?? "语法不对"}（${reason}）`,
  yaml_two_colons: () => "一行里有两个“: ”；请给整段文本加引号，或在“|”之后写成块",
  yaml_tab: () => "用制表符缩进；YAML 要用空格",
  yaml_sign: ({ character, code, wanted }) => `这里是 ${character}（${code}），YAML 要用 ${wanted}`,
  yaml_blank: ({ code, isEnd }) =>
    isEnd
      ? `末尾有${blanks[code] ?? "特殊空白"}（${code}），会成为值的一部分；请删掉`
      : `这里是${blanks[code] ?? "特殊空白"}（${code}），YAML 要用普通空格`,
  yaml_line_end: ({ code }) =>
    `这里是${lineEnds[code] ?? "特殊换行符"}（${code}），YAML 不把它当作换行；请改用普通换行（LF）`,
  yaml_no_space: ({ key }) => `“${key}:”之后缺少空格`,
  yaml_dash: () => "“-”之后缺少空格",
  merge_source: () => "用 << 合并的既不是映射，也不是由映射组成的列表",
  yaml_second_document: () => "开始了第二个文档（“---”）；一个文件只写一个任务",
  yaml_too_deep: () => "嵌套太深",
  yaml_aliases: () => "别名（*name）重复得太多",
  yaml_alias_unknown: ({ name }) => `用了 *${name}，但前面没有 &${name}`,
  yaml_alias_in_itself: ({ name }) => `在 ${name} 自己里面用了 *${name}`,
};

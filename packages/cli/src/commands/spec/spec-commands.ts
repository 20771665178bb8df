import type { CommandDefinition } from "../../context/command.ts";
import { access, connection, json, profile, showSecrets } from "../../context/flags.ts";
import { under } from "../../context/options.ts";

export const initCommand: CommandDefinition = {
  usage: "init [file]",
  summary: {
    en: "Write a first spec with comments; asks for what it needs, offers what was used before",
    zh: "写出带注释的第一份任务描述；询问所需内容，并给出用过的值",
  },
  options: [
    [
      "--set <path=value>",
      "Answer a question here, such as task_priority=5; repeatable",
      "直接给出答案，例如 task_priority=5；可重复",
    ],
    ["--env <name=value>", "Add an environment variable; repeatable", "添加环境变量；可重复"],
    ["--name <name>", "The job's name", "任务名称"],
    [
      "--profile <name>",
      "Build on this profile of your defaults; a new one gets the answers",
      "以默认值文件里的这个 profile 为基础；新的 profile 则用答案写成",
    ],
    [
      "--yes",
      "Ask nothing: take what was sent last and the defaults",
      "不询问：沿用上次发送的内容和默认值",
    ],
    ["--force", "Replace the file if it is there", "文件已存在时覆盖它"],
    ...access,
  ],
  examples: ["qizhi init job.yaml", "qizhi init next.yaml --yes --name next --set task_priority=5"],
  load: async () => (await import("./init.ts")).init,
};

export const validateCommand: CommandDefinition = {
  usage: "validate [...specs]",
  summary: {
    en: "Check specs and name every problem; sends nothing",
    zh: "检查任务描述，指出每个问题；不发送",
  },
  options: [
    ["--strict", "Count warnings as errors", "把警告当作错误"],
    [
      "--set <path=value>",
      "Replace a value before the check; repeatable",
      "检查前替换一个值；可重复",
    ],
    profile,
    ["--allow-unknown", "Let keys through that this version does not know", "放行本版本不认识的键"],
    showSecrets,
    json,
  ],
  examples: ["qizhi validate job.yaml", "qizhi validate jobs/*.yaml --strict --json"],
  load: async () => (await import("./validate.ts")).validate,
};

export const schemaCommand: CommandDefinition = {
  usage: "schema",
  summary: { en: "Print the JSON Schema of a job spec", zh: "打印任务描述的 JSON Schema" },
  options: [json],
  examples: ["qizhi schema > job-spec.schema.json", "qizhi schema --output yaml"],
  load: async () => (await import("./validate.ts")).schema,
};

export const cloneCommand: CommandDefinition = {
  usage: "clone <job> [file]",
  summary: {
    en: "Write the spec that would make a job again, also one made in the web console",
    zh: "写出能再次创建某个任务的描述，也包括在网页上创建的任务",
  },
  options: [
    [
      "--force",
      "Replace the file or profile if it is there",
      "文件或 profile 已存在时覆盖它",
      { needs: ["[file]", "--profile"] },
    ],
    [
      "--profile <name>",
      "Write all but name and command as a profile into .qizhi/defaults.yaml",
      "把名称和命令以外的内容作为 profile 写入 .qizhi/defaults.yaml",
      { conflicts: ["[file]", "--json", "--output"] },
    ],
    ...connection,
    ...under({ conflicts: ["[file]", "--output"] }, [json]),
  ],
  examples: ["qizhi clone @last again.yaml --force", "qizhi clone @last --profile h100"],
  load: async () => (await import("./clone.ts")).clone,
};

export const diffCommand: CommandDefinition = {
  usage: "diff <job> <other>",
  summary: {
    en: "Show in which fields two jobs differ that were submitted from here",
    zh: "显示从本机提交的两个任务有哪些字段不同",
  },
  options: [...access, json],
  examples: ["qizhi diff @2 @last", "qizhi diff @2 @last --json"],
  load: async () => (await import("./sent-spec.ts")).diff,
};

export const idsCommand: CommandDefinition = {
  usage: "ids [action] [id] [name]",
  summary: {
    en: "List the names that stand for ids in specs; add, forget, export or import them",
    zh: "列出任务描述里可以代替 id 的名字；或 add、forget、export、import",
  },
  actions: ["list", "add", "forget", "export", "import"],
  options: [
    ["--force", "Replace the file if it is there", "文件已存在时覆盖它", { kinds: ["export"] }],
    ...access,
    ...under({ kinds: ["list"] }, [json]),
  ],
  examples: ["qizhi ids", "qizhi ids add lcg-11111111-1111-4111-8111-111111111111 H100"],
  load: async () => (await import("./ids.ts")).ids,
};

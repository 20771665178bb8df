import type { CommandDefinition } from "../../context/command.ts";
import { access, connection, json, requestTimeout } from "../../context/flags.ts";
import { under } from "../../context/options.ts";

export const listCommand: CommandDefinition = {
  usage: "list",
  summary: {
    en: "List the jobs submitted from here as they stand now, active ones first",
    zh: "列出从本机提交的任务及现状，未结束的在前",
  },
  options: [
    [
      "--status <statuses>",
      "Only jobs that are running, …; several as queued,failed; active for all open ones",
      "只看这些状态的任务，例如 running 或 queued,failed；active 表示所有未结束的",
      { conflicts: ["--unresolved", "--sweeps"] },
    ],
    [
      "--phase <statuses>",
      "Earlier name of --status",
      "--status 的旧名",
      { replacedBy: "--status" },
    ],
    [
      "--since <duration>",
      "Only those submitted in this time, such as 2d",
      "只看这段时间内提交的，例如 2d",
      { conflicts: ["--unresolved"] },
    ],
    [
      "--name <pattern>",
      "Only those with this text in their name, or of a name as in 'lr-*'",
      "只看名称含有这段文本，或匹配 'lr-*' 这类模式的",
    ],
    [
      "--limit <count>",
      "Most jobs that have ended; active ones are always shown (default 20)",
      "最多列出多少个已结束的任务；未结束的总是显示（默认 20）",
      { conflicts: ["--unresolved", "--sweeps", "--all"] },
    ],
    [
      "--all",
      "All of them, however many have ended",
      "全部列出，不限已结束的个数",
      { conflicts: ["--unresolved", "--sweeps"] },
    ],
    [
      "--watch",
      "Keep showing them, and look again every 10 s, until Ctrl-C",
      "持续显示，每 10 秒刷新一次，直到 Ctrl-C",
      { conflicts: ["--sweeps", "--unresolved", "--json", "--output", "--offline"] },
    ],
    ["--sweeps", "The sweeps instead of jobs", "列出扫描，而不是任务"],
    [
      "--unresolved",
      "Only creates with an unknown outcome, and how to settle them",
      "只看结果未知的提交，以及如何确认",
      { conflicts: ["--sweeps"] },
    ],
    [
      "--offline",
      "As last seen; ask nobody",
      "显示上次看到的状态；不查询",
      { conflicts: ["--unresolved"] },
    ],
    access[0],
    ...under({ conflicts: ["--offline", "--unresolved"] }, [...access.slice(1), requestTimeout]),
    json,
  ],
  examples: ["qizhi list --status active", "qizhi list --since 2d --name llama --json"],
  load: async () => (await import("./list.ts")).list,
};

export const usageCommand: CommandDefinition = {
  usage: "usage",
  summary: {
    en: "Sum the GPU-hours and cost of the jobs submitted from here, by day, name, project or group",
    zh: "汇总从本机提交的任务的卡时和费用，按日期、名称、项目或计算组",
  },
  options: [
    [
      "--by <key>",
      "day, name, project or group (default day)",
      "day、name、project 或 group（默认 day）",
      { choices: ["day", "name", "project", "group"] },
    ],
    [
      "--since <duration>",
      "What was used in this time (default 7d)",
      "统计这段时间内的使用（默认 7d）",
    ],
    ["--offline", "As last seen; ask nobody", "按上次所见统计；不查询"],
    access[0],
    ...under({ conflicts: ["--offline"] }, [...access.slice(1), requestTimeout]),
    json,
  ],
  examples: ["qizhi usage", "qizhi usage --since 30d --by project"],
  load: async () => (await import("./usage.ts")).usage,
};

export const noteCommand: CommandDefinition = {
  usage: "note <job> [text]",
  summary: {
    en: "Keep a text with a job; an empty one removes it",
    zh: "为任务添加备注；空文本则移除",
  },
  options: [...access],
  examples: ["qizhi note @last 'warm-up 2k, loss still high'", "qizhi note @last ''"],
  load: async () => (await import("./track.ts")).note,
};

export const trackCommand: CommandDefinition = {
  usage: "track <job-id>",
  summary: {
    en: "Take a job that was made elsewhere into the history",
    zh: "把在别处创建的任务加入历史记录",
  },
  options: [
    [
      "--for <attempt>",
      "It is the job of this create with an unknown outcome",
      "它就是这次结果未知的提交所创建的任务",
    ],
    ...connection,
    json,
  ],
  examples: [
    "qizhi track job-11111111-1111-4111-8111-111111111111",
    "qizhi track job-11111111-1111-4111-8111-111111111111 --for 1a2b3c4d",
  ],
  load: async () => (await import("./track.ts")).track,
};

export const forgetCommand: CommandDefinition = {
  usage: "forget [...jobs]",
  summary: {
    en: "Drop jobs from the history, or settle creates that made none; stops nothing",
    zh: "从历史记录中移除任务，或确认没有创建任务的提交；不停止任何任务",
  },
  options: [...access, json],
  examples: ["qizhi forget @last", "qizhi forget 1a2b3c4d"],
  load: async () => (await import("./forget.ts")).forget,
};

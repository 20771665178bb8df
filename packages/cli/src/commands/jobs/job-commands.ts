import type { CommandDefinition } from "../../context/command.ts";
import {
  access,
  connection,
  ending,
  json,
  limits,
  offline,
  requestTimeout,
  resultFiles,
  selectors,
  under,
  watching,
} from "../../context/flags.ts";

export const statusCommand: CommandDefinition = {
  usage: "status [...jobs]",
  isBare: true,
  summary: {
    en: "Show how jobs stand, or the runs of a sweep; without a word @last",
    zh: "显示任务的状态，或扫描的各个运行；不写则指 @last",
  },
  options: [
    ...selectors,
    [
      "--watch",
      "Watch until they have ended; exits 0 whatever the outcome",
      "一直查看到结束；无论结果如何都以 0 结束",
    ],
    ...under({ needs: ["--watch"] }, watching),
    ...under({ kinds: ["sweep"], conflicts: ["--watch"] }, [...resultFiles, offline]),
    ...under({ conflicts: ["--offline"] }, connection),
    json,
  ],
  examples: ["qizhi status", "qizhi status sweep-0f1e2d3c --csv runs.csv"],
  load: async () => (await import("./status.ts")).status,
};

export const waitCommand: CommandDefinition = {
  usage: "wait [...jobs]",
  isBare: true,
  summary: {
    en: "Wait until jobs have ended, and end with their outcome; without a word @last",
    zh: "等待任务结束，退出码表示结果；不写则指 @last",
  },
  options: [...selectors, ...limits, ...ending, ...watching, ...connection, json],
  examples: ["qizhi wait first", "qizhi wait first --timeout 12h --queue-timeout 1h"],
  load: async () => (await import("./wait.ts")).wait,
};

export const logsCommand: CommandDefinition = {
  usage: "logs [...jobs]",
  isBare: true,
  summary: {
    en: "Show what the nodes of jobs print; needs log_dir, or the local platform; without a word @last",
    zh: "显示任务各节点的输出；需要 log_dir，或者本地平台；不写则指 @last",
  },
  options: [
    [
      "--node <rank>",
      "Only this node, by its rank or host name",
      "只看这个节点，用它的序号或主机名",
    ],
    [
      "--tail <lines>",
      "Only the last lines of each node; of several jobs 20 without it",
      "每个节点只看最后若干行；有多个任务时默认 20 行",
    ],
    [
      "--follow",
      "Go on until the jobs have ended; ends with their outcome",
      "一直显示到任务结束；退出码表示结果",
    ],
    [
      "--since <duration>",
      "Leave out the nodes whose last line is older, such as 10m; the others are shown whole",
      "不显示最后一行早于这段时间的节点，例如 10m；其余节点照常全部显示",
    ],
    ["--all-rounds", "Also the rounds before the last restart", "也显示重启之前的各轮"],
    [
      "--status <statuses>",
      "Of these jobs those that are failed, running, …; several as queued,failed",
      "只看其中处于这些状态的任务，例如 failed 或 queued,failed",
    ],
    ...selectors.slice(0, 1),
    [
      "--via <host>",
      "Read them through ssh from a machine that has the disk",
      "通过 ssh 从挂载了共享盘的机器上读取",
    ],
    ...connection,
    ["--json", "One JSON object a line", "每行一个 JSON 对象", json[3]],
  ],
  examples: [
    "qizhi logs @last --tail 100 --node 1",
    "qizhi logs sweep-0f1e2d3c --status failed --via dev-notebook",
  ],
  load: async () => (await import("./logs.ts")).logs,
};

export const stopCommand: CommandDefinition = {
  usage: "stop [...jobs]",
  isBare: true,
  summary: {
    en: "Stop jobs and sweeps; asks first in a terminal",
    zh: "停止任务和扫描；在终端里会先询问",
  },
  options: [
    ...selectors,
    ["--yes", "Do not ask; needed where there is no terminal", "不询问；没有终端时必须给出"],
    [
      "--wait",
      "Wait until they have really stopped and their nodes are free",
      "等到真正停止、节点释放",
    ],
    [
      "--timeout <duration>",
      "End the wait after this long; the stop goes on",
      "等待的上限；停止仍在进行",
      { needs: ["--wait"] },
    ],
    ...connection,
    json,
  ],
  examples: [
    "qizhi stop job-11111111-1111-4111-8111-111111111111",
    "qizhi stop @last --yes --wait --timeout 2m",
  ],
  load: async () => (await import("./stop.ts")).stop,
};

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

export const openCommand: CommandDefinition = {
  usage: "open [job]",
  summary: {
    en: "Open a job's page in the browser, and print its link; without a word that of @last",
    zh: "在浏览器里打开任务页面，并打印链接；不写则指 @last",
  },
  options: [...access],
  examples: ["qizhi open", "qizhi open @last"],
  load: async () => (await import("./open.ts")).open,
};

export const noteCommand: CommandDefinition = {
  usage: "note <job> [text]",
  summary: {
    en: "Keep a text with a job; an empty one removes it",
    zh: "为任务添加备注；空文本则移除",
  },
  options: [...access],
  examples: ["qizhi note @last 'warm-up 2k, loss still high'", "qizhi note @last ''"],
  load: async () => (await import("./note.ts")).note,
};

export const trackCommand: CommandDefinition = {
  usage: "track <job-id>",
  summary: {
    en: "Take a job that was made elsewhere into the history",
    zh: "把在别处创建的任务加入记录",
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
    zh: "从记录中删除任务，或确认没有创建任务的提交；不停止任何任务",
  },
  options: [...access, json],
  examples: ["qizhi forget @last", "qizhi forget 1a2b3c4d"],
  load: async () => (await import("./forget.ts")).forget,
};

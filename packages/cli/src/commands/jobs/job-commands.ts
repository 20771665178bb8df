import type { CommandDefinition } from "../../context/command.ts";
import {
  access,
  connection,
  ending,
  json,
  limits,
  offline,
  resultFiles,
  selectors,
  watching,
} from "../../context/flags.ts";
import { under } from "../../context/options.ts";

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
  load: async () => (await import("./status.ts")).wait,
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

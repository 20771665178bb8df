import type { Messages } from "./en.ts";
import { account } from "./zh-account.ts";
import { doctor, help, logs, mcp } from "./zh-tools.ts";
import { toChineseDuration } from "./zh-errors/zh-duration.ts";
import { errors } from "./zh-errors/zh-errors.ts";
import { history, journal, reference, rerun, stop, usage } from "./zh-history.ts";
import { clone, ids, init, plan, spec, write } from "./zh-spec.ts";
import { sweep } from "./zh-sweep.ts";

/** 命令行的简体中文文本。 */
export const zh: Messages = {
  error: "错误",
  internalError: "内部错误",
  folderGone: "当前所在的文件夹已经不存在。",
  goElsewhere: "请用 cd 换到一个存在的文件夹。",
  seeHelp: (command) => `请看 qizhi ${command ? `${command} ` : ""}--help。`,
  didYouMean: (word) => `是不是想写 ${word}？`,
  deprecated: (old, now) => `\`${old}\` 已弃用，下一个版本会移除；请改用 \`${now}\`。`,
  noCommand: (word) => `没有“${word}”这个命令。`,
  noOption: (command, flag) => `qizhi ${command} 没有选项 ${flag}。`,
  noOptionAlone: (flag) => `没有“${flag}”这个选项。`,
  needsValue: (flag) => `${flag} 需要一个值。`,
  needsValueNotFlag: (flag, word) => `${flag} 需要一个值；如果就是想写它，请写 ${flag}=${word}。`,
  flagNeeds: (flag, needs) => `${flag} 需要 ${needs.join(" 或 ")}。`,
  flagConflicts: (flag, other) => `${flag} 与 ${other} 一起用时不起作用。`,
  flagOfKind: (flag, kinds, kind, command) =>
    kind === "job"
      ? `${flag} 只用于扫描，而任务描述里没有 matrix。`
      : kind === "jobs"
        ? `${flag} 只用于扫描，而这不是扫描。`
        : kind === "sweep"
          ? `${flag} 用于任务，不用于扫描。`
          : `${flag} 用于 ${kinds.map((each) => `qizhi ${command} ${each}`).join("、")}，不用于 qizhi ${command} ${kind}。`,
  takesNoValue: (flag) => `${flag} 不带值。`,
  givenTwice: (flag, times) => `${flag} 写了 ${times} 次。`,
  needsArgument: (command, argument) => `qizhi ${command} 需要 ${argument}。`,
  takesNotThat: (command, word) => `qizhi ${command} 不接受“${word}”。`,
  takesNothingAfterDashes: (command) => `qizhi ${command} 在 -- 之后不接受内容。`,
  notADuration: (flag, text) => `${flag}“${text}”不是时长。`,
  durationForm: "写一个带单位的数，例如 90s、30m、2h 或 1d。",
  notAnInteger: (flag, text, least) => `${flag}“${text}”不是不小于 ${least} 的整数。`,

  colon: "：",
  duration: (ms) => toChineseDuration(ms),
  span: (ms) => (ms < 1_000 ? "0 秒" : toChineseDuration(ms)),
  ago: (distance) => `${distance}前`,
  later: (distance) => `${distance}后`,
  justNow: "刚刚",
  aside: (text, more) => `${text}（${more}）`,

  account,
  errors,
  help,
  mcp,
  doctor,
  logs,
  history,
  journal,
  reference,
  spec,
  clone,
  plan,
  ids,
  init,
  write,
  sweep,
  ask: {
    needed: "需要回答。",
    yes: "是",
    no: "否",
  },
  notLoggedIn: (baseUrl) => `还没有登录 ${baseUrl}。`,
  halfALogin: (variable) => `登录信息缺了一半：没有设置 ${variable}。`,
  waysOn:
    "请执行 `qizhi login`（在 CI 中：设置 QIZHI_USERNAME 和 QIZHI_PASSWORD，或 QIZHI_TOKEN）；要在本机运行任务，请给 `qizhi submit` 加上 --local。",
  localPlatform: (url) => `本地平台 ${url}：任务在这台机器上运行，不在启智上。`,
  asksToWait: (asked, delay) => `平台要求等待 ${asked}；${delay}后重试。`,
  slowName: (host) => `还没有解析出域名 ${host}，正在等待本机的 DNS 服务器……`,
  triesAgain: (why) => `${why}正在重试……`,

  submitted: (name, jobId) => `已提交 ${name}，任务为 ${jobId}`,
  nothingSent: "没有发送任何内容。",
  toWait: "等待",
  loginEnds: (when, login) =>
    `登录将于 ${when}过期，可能早于等待结束；届时任务仍在继续：请执行 ${login}，再继续等待。`,
  toLogIn: "登录",
  toWaitAgain: "继续等待",
  toStop: "停止",
  interrupted: () => "已中断，任务仍在继续。",
  interruptedAndStops: () => "已中断，正在停止任务；再按一次 Ctrl-C 立即离开。",
  couldNotStop: (jobId, why) => `无法停止 ${jobId}：${why}`,
  nowIs: (jobId, status) => `${jobId}：${status}`,
  noSuchShell: (shell, shells) => `没有“${shell}”的补全脚本；支持的有 ${shells}。`,
  notAChoice: (flag, text, choices) => `${flag}“${text}”不在可选值之内：${choices}。`,
  localEnds: "已中断；本地平台和它的任务一起结束。",
  localTimeout: {
    queue: (jobId, limit, status) =>
      `${limit}之后任务 ${jobId} 仍在排队（最后看到的状态为 ${status}）；本地平台和这个任务一起结束。`,
    total: (jobId, limit, status) =>
      `${limit}之后任务 ${jobId} 仍未结束（最后看到的状态为 ${status}）；本地平台和这个任务一起结束。`,
  },
  cannotAsk: (why) => `暂时无法查询：${why} 仍在重试；任务仍在继续。`,
  isRefused: (why, status, when) =>
    `暂时无法查询；最后看到时（${when}）状态为 ${status}，会继续查询一段时间：${why}`,
  canAskAgain: (after) => `${after}后又能查询了`,
  givenUp: "已放弃等待",
  waited: {
    queue: (limit) => `排队已超过 ${limit}`,
    total: (limit) => `等待已超过 ${limit}`,
  },

  stop,
  isStopping: (jobId, status) => `${jobId} 正在停止（此前${status}）`,
  hasEnded: (jobId, status) => `${jobId} 已经结束（${status}），无需停止`,

  rerun,

  usage,

  triesJobAgain: (jobId, nth, all) => `${jobId} 失败，再次尝试（第 ${nth} 次，最多 ${all} 次）。`,
  triedElsewhere: (jobId) => `${jobId} 失败，另一个进程已经或可能已经重新提交它，这里不再尝试。`,
  stoppedSince: (jobId) => `${jobId} 失败，且已要求停止它，不再尝试。`,
  nextTryNotSent: (jobId) => `下一次尝试没有发送；结果以失败的 ${jobId} 为准。`,
  noBrowser: "没有可用的浏览器；请自行打开这个链接。",
  thenFailed: (ended) => `--then 的命令以 ${ended} 结束。`,

  valid: "有效",
  serveNote: "本地平台：任务在这台机器上运行，不在启智上。请在另一个终端执行：",
  serveLogs: (folder) => `任务的输出在 ${folder}/<任务 id>/worker-<n>.log。`,
  serveEnd: "按 Ctrl-C 结束它和它的任务。",
  serveEnded: "本地平台已结束。",

  loweredPriority: (job, asked, kept, level) =>
    `${job}：要求的优先级是 ${asked}，平台记为 ${kept}${level ? `（${level}）` : ""}，排队按后者`,
  failedNodes: (command) => `如果是节点的问题：${command}（需要空间允许）。`,
  labels: {
    job: "任务",
    name: "名称",
    phase: "状态",
    created: "创建",
    finished: "结束",
    timeline: "时间线",
    nodes: "节点",
    priority: "优先级",
    used: "用量",
    restarts: "重启",
    message: "消息",
    from: "来源",
    note: "备注",
    platform: "平台",
    link: "链接",
    since: "已有",
    gpuHours: "卡时",
  },
  phases: {
    queued: "排队中",
    starting: "启动中",
    running: "运行中",
    succeeded: "成功",
    failed: "失败",
    stopped: "已停止",
    ended: "已结束",
    unknown: "未知",
  },
  stages: { queue: "排队", prepare: "准备", run: "运行" },
  gone: "已不存在",
  noStatus: "没有状态",
  nodesHeld: "节点仍被保留，可能仍在计费",
  lastSeen: (phase, distance) => `${distance}前最后看到：${phase}`,
  phaseFor: (phase, duration) => `${phase} ${duration}`,
  size: (nodes, perNode, total) => `${nodes} × ${perNode} 卡 = ${total} 卡`,
  noGpus: (nodes) => `${nodes} 个节点，不用 GPU`,
  gpuHours: (hours) => `${hours} 卡时`,
  gpuHoursSoFar: (hours) => `至今 ${hours} 卡时`,
  nodes: (nodes) => `${nodes} 个节点`,
  costSoFar: (cost) => `至今费用约 ${cost}`,
  loading: "正在查询…",
  unheard: (jobs, since, phases) => `${since}以来没有 ${jobs} 个任务的消息，最后看到：${phases}`,
  semicolon: "；",
  still: (how) => `仍在等待：${how}`,
  countOf: (count, what) => `${count} 个${what}`,
  comma: "，",
  moreJobs: (count, phases) => `另有 ${count} 个：${phases}`,
  cost: (cost) => `费用约 ${cost}（每节点每小时单价 × 节点数 × 运行时间）`,
  round: (round) => `第 ${round} 轮`,
  node: (node) => `节点 ${node}`,
};

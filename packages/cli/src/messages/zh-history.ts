import type * as english from "./en-history.ts";

/** 历史记录的简体中文文本。 */
export const journal: typeof english.journal = {
  interruptedBefore: "已中断，没有发送任何内容。",
  interruptedDuring: (name, url) =>
    `创建请求进行中被中断：任务“${name}”可能存在，也可能不存在。请在 ${url} 上查找\n  \`qizhi list --unresolved\` 会保留它，并说明如何确认。`,
  interruptedAwaits:
    "已中断。创建请求正在进行，等它的应答，以便停止任务；再按一次 Ctrl-C 立即离开，任务可能已存在。",
  twin: (jobId, ago) => `注意：${ago}已从本机提交过相同的任务 ${jobId}，这是第二个。`,
  outcomeLost: (why) =>
    `任务已存在，但无法把它的 ID 写入历史记录。${why} 请保存这个 ID，或稍后用 \`qizhi track\` 跟踪。`,
  folderHint:
    "没有历史记录，一次崩溃就可能丢失任务。请把 QIZHI_STATE_DIR 设为当前用户可写的文件夹。",
  seeUnresolved: "`qizhi list --unresolved` 会保留它，并说明如何确认。",
};

/** 任务指代的简体中文文本。 */
export const reference: typeof english.reference = {
  none: (text) => `历史记录里没有任务与“${text}”匹配。`,
  lastElsewhere: (word, job) => `${word} 是从另一个终端提交的：${job}`,
  lastElsewhereHint: "如果就是要这个任务，请写出它的 id。",
  lastIs: (job, newer) =>
    `@last 是这个终端最后提交的任务：${job}。此后另一个终端又提交了：${newer}`,
  lastUnknown: (word, attempt, name) =>
    `${word} 是提交 ${attempt}（“${name}”），它的结果未知：没有可以指代的任务。`,
  noJobYet: (sweep) => `${sweep} 还没有任务。`,
  noJobYetHint: (sweep) =>
    `\`qizhi status ${sweep}\` 显示它的现状，\`qizhi rerun ${sweep} --wait\` 继续执行。`,
  partOfSweep: (sweep, left) => `${sweep} 有 ${left} 个运行还没有任务，未包含在内。`,
  noPlace: (word, place) => `没有 ${word}：从本机提交到这个平台的任务和扫描不足 ${place} 个。`,
  isSweep: (sweep) => `${sweep} 是一个扫描；请指定其中的一个任务。`,
  noLast: "历史记录里还没有这个平台的任务，所以没有 @last。",
  noneHint: "`qizhi list` 显示历史记录。别处的任务需要完整的 ID（40 个字符）。",
  elsewhere: (text, platform, isSweep) =>
    `“${text}”是 ${platform} 上的${isSweep ? "扫描" : "任务"}；请给出 --base-url ${platform} 或相应账号。`,
  ambiguous: (text, count) => `“${text}”可能指 ${count} 个任务：`,
  ambiguousHint: "请多写几位 ID。",
};

/** list、track 和 forget 的简体中文文本。 */
export const history: typeof english.history = {
  columns: {
    submitted: "提交于",
    gpus: "卡数",
  },
  atCommit: (commit, isDirty) => `提交 ${commit}${isDirty ? "，有未提交的改动" : ""}`,
  noted: (jobId) => `已为 ${jobId} 添加备注。`,
  noteGone: (jobId) => `已移除 ${jobId} 的备注。`,
  equalSpecs: "两次提交的任务描述相同。",
  asLastSeen: "以下按上次所见显示。",
  refreshing: "按上次所见显示，正在刷新…",
  sum: (active, gpus, today) =>
    `${active} 个未结束${gpus > 0 ? `，共 ${gpus} 卡` : ""} · 今天 ${today} 卡时`,
  empty: "还没有从本机提交过任务。`qizhi track <任务 ID>` 可跟踪别处的任务。",
  noneActive: "没有未结束的任务。",
  endedBefore: (count) => `${count} 个任务已经结束，不计入；\`qizhi list\` 可查看。`,
  noMatch: "历史记录里没有匹配的任务。",
  elsewhere: (platforms) => `历史记录里有其他平台的任务：${platforms}`,
  more: (shown, all) => `显示 ${all} 个任务中的 ${shown} 个；--limit ${all} 显示全部。`,
  askingFirst: (count) => `正在查询 ${count} 个从未查看过的任务。`,
  notAsked: (count, why) => `${count} 个任务按上次所见显示，以“?”标记：${why}`,
  toForget: (command) => `确定不再存在的任务可以这样移出历史记录：\n  ${command}`,
  unresolved: (count) => `${count} 次提交的结果未知：qizhi list --unresolved`,
  mayRun: (count) => `${count} 个运行的提交结果未知：任务可能正在运行，没有被停止。`,
  noneUnresolved: "每次提交的结果都已知。",
  noUnresolvedMatch: "没有匹配的结果未知的提交。",
  settle: (track) =>
    `请在各自的页面上查找。任务在：${track} <任务 ID> --for <提交记录>；不在：qizhi forget <提交记录>。`,
  damaged: (count, file) => `历史记录 ${file} 有 ${count} 行损坏，已跳过。`,
  tracked: (jobId, name) => `已跟踪 ${jobId}（${name}）`,
  isTracked: (jobId) => `${jobId} 已在历史记录中。`,
  settledAs: (attempt, jobId) => `提交记录 ${attempt} 已确认：它创建了 ${jobId}。`,
  mayBe: (attempt, command) =>
    `提交记录 ${attempt} 与它同名且结果未知。如果这就是它的任务：${command}`,
  askForget: "要从历史记录中移除它吗？",
  left: "没有移除任何记录。",
  forgot: (id, isSweep) =>
    `已从历史记录中移除 ${id}，${isSweep ? "它的任务不受影响" : "任务本身不受影响"}。`,
  settledAsNone: (attempt, name) => `提交记录 ${attempt}（“${name}”）已确认：没有创建任务。`,
  noAttempt: (text) => `没有结果未知的提交记录与“${text}”匹配。`,
  severalAttempts: (text, ids) => `“${text}”可能指这些提交记录：${ids}。`,
  attemptElsewhere: (attempt, platform) =>
    `提交记录 ${attempt} 发往 ${platform}；请加 --base-url ${platform} 或指定它的账号。`,
  listOpen: "`qizhi list --unresolved`会列出它们。",
  listAll: "`qizhi list --offline` 列出任务，`qizhi list --unresolved` 列出提交记录。",
  nothingToForget: (text) => `历史记录里没有内容与“${text}”匹配。`,
  underWay: (attempt, pid, host) =>
    `提交记录 ${attempt} 可能仍由 ${host} 上的进程 ${pid} 发送。没有移除任何记录。`,
  waitForOutcome: "请等待它的结果；另一台机器上的提交记录在请求超时过去几分钟后可以确认。",
  both: (text) => `“${text}”可能是任务，也可能是提交记录。`,
};

/** `stop` 的简体中文文本。 */
export const stop: typeof english.stop = {
  stopping: "停止中",
  ask: (count, gpus) =>
    ["不再提交？", "停止这个任务？"][count] ??
    `停止这 ${count} 个任务${gpus > 0 ? `（${gpus} 卡）` : ""}？`,
  needsTargets:
    "请指定要停止什么：任务、扫描、@last，或用 --name、--status、--since、--all 选出一组。",
  left: "没有停止任何任务。",
  needsYes: (count) =>
    `${count === 0 ? "扫描还没有结束" : `${count} 个任务仍未结束`}，而且没有终端可以询问。没有停止任何任务。`,
  yesHint: "加上 --yes 可不经询问直接停止。",
  interrupted: "已中断。停止请求已发送，平台会继续处理。",
  sweepBefore: (id, name, jobs, gpus, waiting, unknown) =>
    `${id}（${name}）：${jobs} 个任务仍未结束${gpus > 0 ? `，占用 ${gpus} 卡` : ""}${unknown > 0 ? `；${unknown} 个提交结果未知` : ""}${waiting > 0 ? `；等待中的 ${waiting} 个运行不再提交` : ""}`,
  sweepAfter: (id, name, waiting) =>
    `${id}（${name}）不再提交任务${waiting > 0 ? `；${waiting} 个运行没有提交` : ""}。`,
  notHalted: (id, name) => `${id}（${name}）没能停止提交：正在运行它的进程可能继续提交任务。`,
  underWay: (id) => `${id} 有一个创建请求还没有答复：它可能会得到任务，请稍后再停止一次这个扫描。`,
  unseen: (jobId) => `${jobId}：停止请求已被接受；看不到任务现在的状态`,
  accepted: (jobId, status) => `${jobId}：停止请求已被接受；任务现在仍为${status}`,
  stood: {
    submitted: (jobId, at) => `${jobId} 提交于 ${at}`,
    was: (jobId, at, status) => `${jobId} 在 ${at}时为${status}`,
    still: (jobId, at, status) => `${jobId} 在 ${at}时仍为${status}`,
  },
  answers: {
    refused: "停止请求被拒绝",
    lost: "停止请求可能已经生效",
    unsent: "没有发出停止请求",
  },
  failed: (stood, answer) => `${stood}；${answer}。请在任务页面上查看：`,
  unsure: (jobId) => `${jobId}：停止请求可能已经生效；看不到任务现在的状态`,
  goesOn: "仍在停止；失败的会在两分钟内再试。按 Ctrl-C 放弃其余的。",
  still: (jobId, status) => `已要求 ${jobId} 停止；现在仍为${status}`,
  cannotSee: (jobId, why) => `${jobId}：看不到它现在的状态。${why}`,
};

/** `rerun` 的简体中文文本。 */
export const rerun: typeof english.rerun = {
  oneSweep: "扫描需单独继续，不能与其他扫描或任务一起。",
  ofOne: (flag) => `${flag} 只适用于一个任务，而这里指定了多个。`,
  noneFailed: "这些任务里没有失败后尚未重新提交的。",
  dueIn: (id, count, command) =>
    `${id} 会自己重试其中 ${count} 个失败的任务，这里不再提交。如果已没有进程在运行它：${command}`,
  sentSince: (count) => `${count} 个任务在此期间已经或可能已经再次提交，这里不再提交。`,
  ask: (count, gpus) =>
    count === 1
      ? "重新提交这个任务？"
      : `重新提交这 ${count} 个任务${gpus > 0 ? `（${gpus} 卡）` : ""}？`,
  needsYes: (count) => `将重新提交 ${count} 个任务，而且没有终端可以询问。没有发送任何内容。`,
  left: (count, command, changes) =>
    `还有 ${count} 个任务没有发送。发送其余的${changes && `（${changes} 照旧）`}：\n  ${command}`,
};

/** `usage` 的简体中文文本。 */
export const usage: typeof english.usage = {
  by: { day: "日期", name: "名称", project: "项目", group: "计算组" },
  columns: { jobs: "任务数", cost: "费用" },
  total: "合计",
  scope: (since, active, unknown) =>
    `自 ${since} 起，只统计从本机提交的任务，包括每次重试${active > 0 ? `；其中 ${active} 个仍未结束` : ""}${unknown > 0 ? `；${unknown} 个的规模或价格未知` : ""}。`,
  nothing: (since) => `自 ${since} 起，从本机提交的任务没有用过 GPU。`,
};

import type { SpecWarning } from "@qizhi/core";
import { imageHosts, type SpecWarningRule } from "@qizhi/core/internal";
import type * as english from "./en-spec.ts";

const warnings: Record<SpecWarningRule, (warning: SpecWarning) => string> = {
  "bash-syntax": ({ subject, instead }) =>
    `用了 ${subject}，但平台用 sh 运行命令，sh 不认识它；请${instead ? `改用 ${instead}，或` : ""}用 bash -c '…' 包起来`,
  "no-bashrc": ({ subject }) =>
    `用了 ${subject}，但平台不读 ~/.bashrc，conda 没有初始化；请先执行 . <conda>/etc/profile.d/conda.sh`,
  "tee-hides-failure": () =>
    "用管道接 tee 会掩盖失败：任务会算作成功；请改用 > 文件 2>&1，或 bash -o pipefail -c '…'",
  secret: ({ subject }) =>
    `${subject === "command" ? "命令里有像是密钥的内容" : `${subject} 像是密钥`}；平台会把命令和环境变量显示给别人，请放进只有自己能读的文件`,
  "image-host": ({ subject }) =>
    `${subject ? `镜像在 ${subject}` : "没有写镜像仓库地址和命名空间"}，不是平台自己的仓库（${imageHosts.join("、")}）；训练节点不能上外网`,
  "image-push-host": ({ subject, instead }) =>
    `镜像在 ${subject}，那里只用来推送；任务里同一个镜像要写成 ${instead}/…`,
  "spec-id": () => "不是常见的 36 个字符的 UUID；如果复制时被截断，请复制完整",
  "shm-over-memory": ({ subject, instead }) =>
    `是 ${subject}，超过了这个 spec_id 每个节点的内存 ${instead} GiB`,
  "nodes-in-part": ({ subject, instead }) =>
    `是 ${subject}，但这个 spec_id 每个节点只有 ${instead} 个 GPU；多个节点时每个都要有 8 个`,
  preemptible: ({ subject }) => `是 ${subject}：优先级 1 到 3 的任务随时可能被抢占`,
  background: ({ subject }) =>
    `用 ${subject} 把程序放到后台后就结束了：任务会立刻以成功结束，后台的程序也随之被杀掉；请放在前台运行，或在末尾加 wait`,
  "does-nothing": () => "什么也不运行：只有注释、设置或 true",
  lookalike: ({ subject, instead }) =>
    `有 ${subject}，sh 会把它当作普通字符；请改成${instead ? ` ${instead}` : "普通空格或换行"}`,
  "blank-after-backslash": () => "行末反斜杠之后有空格，下一行会成为单独的命令；请删掉这个空格",
  "cut-continuation": () =>
    "行末反斜杠之后是空行或注释，命令到那里就结束了，再往下的选项会成为单独的命令；请删掉那一行",
  "open-document": ({ subject }) =>
    `有一个 here-document（<<${subject}）没有结束行，sh 会把它下面的内容都当作文本，不会运行；请让 ${subject} 单独成行，前后没有空格`,
  folded: ({ subject }) =>
    subject === ">"
      ? "有几行，被 > 合并成了一行，sh 会当作一条命令；请把 > 改成 |"
      : "有几行，被 YAML 合并成了一行，sh 会当作一条命令；请在 command: 之后写 |，不加引号",
  "open-quote": () => "有没有闭合的引号，sh 会停在那里；请补上引号",
  "shell-syntax": () => "有语法错误，sh 会停在那里；sh -n 会说明详情",
  "platform-variable": ({ subject }) => `${subject} 由平台自己设置；请不要写`,
  "workflow-place": ({ subject }) =>
    `有 ${subject}，它只在 workflow 文件里才会被替换；这样的值请用 env 或 name 传入，或写 {{ matrix.NAME }}`,
  "short-duration": ({ subject, instead }) =>
    `没有单位：${subject} 就是 ${Number(subject) / 1000} 秒；请写 ${Number(subject) / 1000}s，如果本意是秒，请写 ${instead}`,
  "node-elsewhere": ({ subject }) =>
    `${subject} 只在别的计算组里见过，没有在这个组里见过；平台可能拒绝，或给出别的 GPU；见 qizhi ids`,
  "group-elsewhere": ({ subject }) =>
    `${subject} 是在别的工作空间里见过的，平台可能在这个工作空间里拒绝它；见 qizhi ids`,
  "group-refused": ({ subject }) =>
    `平台在 ${subject} 拒绝过这个计算组的任务：计算组会不时更换，请在网页控制台查看新的计算组`,
  "no-time-limit": () => "没有 max_running_time_ms：卡住的任务在 CI 结束后仍会占着节点",
};

/** 关于任务描述的简体中文文本。 */
export const spec: typeof english.spec = {
  warning: "警告",
  warn: (warning) => warnings[warning.rule](warning),
  masked: (count) => `有 ${count} 个值看起来像密钥，显示为 ***；要显示请加 --show-secrets。`,
  notOnPage: (names) => `extra：${names} 不在平台接口文档中，会原样发送；平台可能因此拒绝任务`,
  origins: "每个值的来源：",
  shellLine: (word) =>
    `-- 之后只有一个词，会当作一个程序的名字发送：“${word}”。要运行一行 shell 命令，请写 -- sh -c '…'`,
  summary: (errors, warned) =>
    [errors ? `${errors} 个错误` : "", warned ? `${warned} 个警告` : ""].filter(Boolean).join("，"),
};

/** 关于由任务生成描述的简体中文文本。 */
export const clone: typeof english.clone = {
  from: (name, jobId) => `${name}（${jobId}）的任务描述`,
  written: (file, jobId) => `已把 ${jobId} 的描述写入 ${file}。请检查：`,
  perNode: (parts) => `每个节点：${parts}`,
  priorityUnknown: "平台没有给出；4 是常用值",
  retriesUnknown: "平台没有给出；10 是上限",
  envsFromHere: "按本机提交时的内容；平台不会返回环境变量",
  envsUnknown: "envs：平台不会返回环境变量。如果任务用到了，请补上：\nenvs:\n  NAME: value",
  gap: "请补上；平台没有返回",
  notGiven: (path) => `缺少 ${path}：平台没有返回。`,
  notFromHere: (jobId) => `${jobId} 不是从本机提交的，不知道当时发送的内容。`,
  cloneInstead: (jobId) => `请执行 qizhi clone ${jobId} job.yaml，检查后再提交。`,
};

/** 关于写文件的简体中文文本。 */
export const write: typeof english.write = {
  exists: (file) => `${file} 已经存在。`,
  forceHint: "加上 --force 可以覆盖，或换一个名字。",
  profileExists: (name, file) => `${file} 里已有 profile “${name}”。`,
  replaceProfile: (name, file) => `覆盖 ${file} 里的 profile “${name}”？`,
  noProfiles: (file) => `${file} 里放不下 profile：“profiles”不是映射。`,
  profile: (name, file) =>
    `已把 profile “${name}”写入 ${file}。任务描述用“extends: ${name}”，命令行用 --profile。`,
  secretsLeft: (count) => `有 ${count} 个环境变量看起来像密钥，没有写入 profile。`,
  fieldsLeft: (paths) => `${paths} 里有看起来像密钥的内容，没有写入 profile。`,
  replace: (file) => `覆盖 ${file}？`,
  left: "没有写入任何内容。",
  failed: (file, why) => `无法写入 ${file}：${why}。`,
  isPrivate: (file) => `${file} 里有看起来像密钥的值，所以只有你能读取；不要放进代码仓库。`,
  isDone: "已发送的不受影响：qizhi list 可以看到。",
};

/** `init` 的简体中文文本。 */
export const init: typeof english.init = {
  header: "任务描述。用 qizhi validate 检查，用 qizhi submit 提交。",
  footer: "命令用的环境变量；不要放密钥：\nenvs:\n  NAME: value",
  written: (file) => `已写入 ${file}。接下来：`,
  another: "另填一个…",
  cloneIsQuicker:
    "网页控制台里已有任务？不用抄写各种 id：qizhi clone <job-id> job.yaml（按 Ctrl-C 离开。）",
  gaps: (fields) => `还缺少这些内容，而且没有终端可以询问：${fields}。`,
  gapsHint: (option, isRemembering) =>
    isRemembering
      ? `从本机提交过的内容里也没有。请用 --set 逐个给出，例如 ${option}。`
      : `请用 --set 逐个给出，例如 ${option}，或加 --yes 沿用上次提交的内容。`,
  fields: {
    name: "任务名称，可以重复",
    command: "由 sh 运行，每个节点一次",
    "framework_config[0].image": "完整的镜像地址，host/namespace/name:tag",
    "framework_config[0].image_type": "镜像的来源",
    "framework_config[0].instance_count": "节点数",
    "framework_config[0].shm_gi": "每个节点的共享内存，GiB",
    workspace_id: "ws-…，在网页地址的 spaceId 里",
    project_id: "project-…，在任何任务的详情里",
    logic_compute_group_id: "lcg-…，在任何任务的详情里",
    "framework_config[0].spec_id": "单个节点的规格：任务详情里的 quota_id",
    task_priority: "1 到 10，越大越优先；1 到 3 可能被抢占",
    max_running_time_ms: "最长运行时间，例如 2h 或 1d，超过后平台结束任务",
  },
  imageTypes: {
    SOURCE_OFFICIAL: "平台官方镜像",
    SOURCE_PUBLIC: "公开镜像，或从开发机保存的镜像",
    SOURCE_PRIVATE: "自己的镜像",
  },
};

/** 关于 id 的名字的简体中文文本。 */
export const ids: typeof english.ids = {
  kinds: { workspace: "工作空间", project: "项目", group: "计算组", node: "节点规格" },
  labels: { kind: "类别", name: "名字", id: "id", facts: "说明" },
  none: "还没有见过任何 id。qizhi status 或 qizhi clone 查询一个任务就会记下它的 id，包括网页上的任务。",
  action: (action) => `“${action}”不是可用操作：list、add、forget、export、import。`,
  needs: (action, what) => `qizhi ids ${action} 还需要 ${what}。`,
  notAnId: (id) => `${id} 不是完整的 id：ws-…、project-…、lcg-… 或节点规格的 UUID。`,
  nameIsId: "名字不能是 id 的形式。",
  added: (name, id) => `已把 ${id} 记为“${name}”。`,
  forgotten: (count) => `已忘记 ${count} 条。`,
  unknown: (id) => `没有记录 ${id}。`,
  wrongFile: (file) => `${file} 不是 qizhi ids export 写出的文件。`,
  exported: (count, file) => `已把 ${count} 条 id 写入 ${file}。`,
  imported: (count) => `已导入 ${count} 条 id。`,
  cpus: (count) => `${count} CPU`,
  perHour: (price) => `每小时 ${price}`,
  seenIn: (groups) => `见于 ${groups}`,
  refusedOn: (day) => `${day} 拒绝过任务`,
};

/** 提交之前的说明的简体中文文本。 */
export const plan: typeof english.plan = {
  runs: (count) => `${count} 个运行`,
  atMost: (limit) => `最长 ${limit}`,
  tries: (most) => `最多尝试 ${most} 次`,
  gpuHours: (hours) => `最多 ${hours} 卡时`,
  cost: (cost) => `费用最多约 ${cost}`,
  queue: (from, to, jobs) => `通常排队 ${from}到 ${to}（本机的 ${jobs} 个任务）`,
  ask: "超过了默认值里的 confirm_over。要提交吗？",
  needsYes: (planned) =>
    `超过了默认值里的 confirm_over，而且没有终端可以询问：${planned}。没有发送任何内容。`,
  yesHint: "加上 --yes 则不询问直接提交。",
};

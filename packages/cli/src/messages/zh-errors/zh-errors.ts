import type { ErrorWords, FactsOf } from "@qizhi/core/internal";
import { inChinese, toChineseDuration } from "./zh-duration.ts";
import { connection } from "./zh-connections.ts";
import { input } from "./zh-inputs.ts";
import { spec } from "./zh-rules.ts";

const operations: Readonly<Record<string, string>> = {
  token: "登录",
  create: "提交",
  detail: "查询",
  stop: "停止",
};

const nameOf = (operation: string) => operations[operation] ?? operation;

const jsonProblems: Record<FactsOf<"answer", "broken_json">["problem"], string> = {
  cut_off: "被截断或不是 JSON",
  number_too_large: "数字太大",
  too_deep: "嵌套超过 64 层",
  prototype_key: "含有 __proto__ 键",
};

const titled = ({ title }: { title?: string | undefined }) => (title ? `“${title}”` : "");

const quoted = ({ said }: { said?: string | undefined }) => (said ? `：“${said}”` : "");

const answer: ErrorWords["answer"] = {
  empty_body: () => "空内容",
  gateway_page: (page) => `网关页面${titled(page)}`,
  login_page: (page) => `登录页面${titled(page)}`,
  html_page: (page) => `HTML 页面${titled(page)}`,
  broken_json: ({ problem }) => `无法读取的 JSON（${jsonProblems[problem]}）`,
  other_text: ({ excerpt: text }) => `不是 JSON 的文本：“${text}”`,
  redirect: ({ to }) => (to ? `跳转到 ${to}` : "跳转"),
  other_shape: (words) => `结构不同的 JSON${quoted(words)}`,
  wrong_fields: ({ issues }) => `不符合 schema 的 JSON（${issues}）`,
  fields_missing: ({ fields, ...words }) => `缺少 ${fields.join("、")} 的 JSON${quoted(words)}`,
  contradiction: (words) => `自相矛盾的 JSON，既说成功又说失败${quoted(words)}`,
  other_job: ({ jobId }) => `另一个任务 ${jobId} 的情况`,
  no_such_route: ({ said }) => `“地址不存在”的错误${quoted({ said })}`,
  unreadable: ({ fault }) => `无法读取的内容（${fault}）`,
  job_id_known: ({ jobId }) => `${jobId}，而它是之前另一次提交的任务`,
  no_job_id: () => "不是任务 id 的 job_id",
  unfit_token: () => "无法放进请求头的令牌",
};

const advice: ErrorWords["advice"] = {
  base_url: () => "请检查平台地址。",
  gateway_trouble: () => "平台或它的网关出了问题，请稍后再试。",
  ids_in_spec: () => "请检查任务描述里的 id（项目、空间、计算组、spec_id），以及账号的权限。",
  job_id: () => "请检查任务 id：可能不完整，或属于别的账号。",
  mistyped_id: () => "id 写错时也会这样，请检查 id。",
  network_login: () => "所在的网络要求先登录：请用浏览器打开任意网页完成登录，再试一次。",
  excluded_nodes: () =>
    "这个空间不允许任务选择节点：请去掉 extra 里的 exclude_nodes 和 specified_nodes。",
  no_route: () =>
    "平台地址不对（可能少了路径），或平台已停用这个接口：请运行 `qizhi doctor`，看看 qizhi 有没有新版本，或使用网页控制台。",
  priority_levels: () => "请降低 task_priority：项目有优先级上限，有的空间只接受 1 和 4。",
  platform_rules: () => "请按平台的规则检查任务描述。",
  slow_down: () => "请降低请求频率，或等一分钟。",
  spec_too_large: () =>
    "任务描述超过了网关的大小限制：请把命令写进共享盘上的文件，任务里只运行这个文件。",
  wait_asked: ({ waitMs }) => `平台要求等待 ${toChineseDuration(waitMs)} 再试。`,
  way_in: () => "请检查平台地址、VPN 和代理；出现登录页说明无法进入。",
};

function toText({
  kind,
  status,
  said,
  platformCode,
}: FactsOf<"auth", "token_refused">["refusal"]): string {
  if (kind === "words" && said) return said;
  if (kind === "redirect") return `重定向（HTTP ${status}）`;
  return platformCode === undefined ? `HTTP ${status}` : `HTTP ${status}，代码 ${platformCode}`;
}

const auth: ErrorWords["auth"] = {
  no_login: ({ host }) => ({
    summary: `还没有登录 ${host}。`,
    hint: "请给出用户名和密码，或访问令牌。",
  }),
  login_refused: ({ host, refusal }) => ({
    summary: `${host} 拒绝登录：${toText(refusal)}。`,
    hint: "请检查用户名和密码。",
  }),
  login_refused_or_closed: ({ host, refusal }) => ({
    summary: `${host} 拒绝登录：${toText(refusal)}。`,
    hint: "用户名或密码错误，或者这个账号没有开通 OpenAPI：请在网页控制台的“个人中心 → OpenAPI”开通，或联系管理员。没有重试，因为多次登录失败可能锁定账号。",
  }),
  login_not_reached: ({ host, refusal }) => ({
    summary: `${host} 拒绝登录：${toText(refusal)}。`,
    hint: "请检查平台地址、VPN 和代理。",
  }),
  token_refused: ({ host, refusal }) => ({
    summary: `${host} 不接受访问令牌：${toText(refusal)}。`,
    hint: "请重新登录，或给出新的令牌。",
  }),
  new_token_refused: ({ host, refusal, operation }) => ({
    summary: `访问令牌是新的，但 ${host} 拒绝了${nameOf(operation)}：${toText(refusal)}。`,
    hint: "请检查账号是否可以使用 OpenAPI，以及平台地址是否正确。",
  }),
};

const sentences: ErrorWords["sentences"] = {
  operation: nameOf,
  moment: (time, zone) => `${time}（${zone}）`,
  problems: (count) => `任务描述有 ${count} 个问题：`,
  aside: (text, notes) => `${text}（${notes.join("、")}）`,
  commandAfterDashes: "-- 之后的命令",
  refused: ({ host, asked, status, platformCode, platformMessage }) => {
    const code = platformCode === undefined ? "" : `，代码 ${platformCode}`;
    return `${host} 拒绝了${asked}（HTTP ${status}${code}）：${platformMessage || "没有更多说明"}`;
  },
  through: ({ proxy: named, why, isByProxy }) => {
    const proxy = named.replace(/^the proxy/, "代理");
    return isByProxy ? `${proxy} ${why}` : `经由${proxy}，${why}`;
  },
  noAnswer: ({ host, asked, why, reason, status, sent }) => {
    const code = status === undefined ? reason : `${reason}，HTTP ${status}`;
    return `${host} 没有回应${asked}：${why}（${code}）${sent ? "" : "；什么也没有发送"}。`;
  },
  checkNetwork: "请检查网络、VPN 和代理。",
  wrongAnswer: ({ host, asked, came, status }) =>
    `${host} 对${asked}的回应是${came}（HTTP ${status}）。`,
  journaled: (reason) => `请求已发出，但没有得到可信的回复（历史记录原文：“${reason}”）`,
  interrupted: "在收到回应之前被中断。",
  submissionUnknown: ({ name, sentAt, came, listUrl }) => ({
    summary: `任务“${name}”可能存在，也可能不存在：它于 ${sentAt} 发送，之后：${came}`,
    hint: `再次提交之前，请先在 ${listUrl} 查找那个时间创建的“${name}”；再提交一次可能再计一次费。`,
  }),
  callUnknown: ({ operation, name, sentAt, came, listUrl }) => {
    const what = name === "" ? operation : `${operation}（“${name}”）`;
    return {
      summary: `${what} 可能已生效，也可能没有：它于 ${sentAt} 发送，之后：${came}`,
      hint: `再次发送之前，请先在 ${listUrl} 查看它是否已生效；再发送一次可能重复执行。`,
    };
  },
  waitTimeout: ({ jobId, limit, after: limitText, status }) => {
    const after = inChinese(limitText);
    const stands =
      status === undefined
        ? `${after}之后仍不知道任务 ${jobId} 的情况`
        : `${after}之后任务 ${jobId} ${limit === "queue" ? "仍在排队" : "仍未结束"}（最后看到的状态为 ${status}）`;
    return { summary: `${stands}；等待已结束，任务仍在继续。`, hint: "请继续等待，或停止任务。" };
  },
  waitLost: ({ jobId, forText, came, isRefused }) => ({
    summary: isRefused
      ? `已有 ${inChinese(forText)}无法查询任务 ${jobId}，它是否仍在继续并不清楚：${came}`
      : `已有 ${inChinese(forText)}无法查询任务 ${jobId}：${came} 任务本身仍在继续。`,
    hint: "等平台可以访问后再继续等待。",
  }),
  jobGone: ({ jobId, url, status, seenAt, hasEnded, said }) => ({
    summary: `任务 ${jobId} 不见了：${seenAt} 时${status === undefined ? "刚创建" : `状态为 ${status}`}，之后平台不再认识它（${said || "没有更多说明"}）。它已被删除，或者这个账号不再能看到它。`,
    hint: hasEnded
      ? "它已经结束，平台不再保留它。"
      : `它是否还在运行并不清楚，请打开任务页面查看：${url}`,
  }),
  jobEnded: ({ jobId, url, status, endedAt }) => ({
    summary: `平台说任务 ${jobId} 已${endedAt === undefined ? "" : `于 ${endedAt} `}结束，但这个版本不认识它的状态：${status || "没有状态"}。是否成功并不清楚。`,
    hint: `请打开任务页面查看：${url}`,
  }),
};

/** 程序库各种错误的简体中文说法。 */
export const errors: ErrorWords = {
  advice,
  answer,
  auth,
  connection,
  input,
  sentences,
  spec,
  unknown: {
    interrupted: () => "创建请求进行中被中断",
    under_way: () => "发送它的进程还没有收到答复",
    process_ended: () => "发送它的进程在记下结果之前就结束了",
  },
};

import type {
  ApiError,
  ConnectionError,
  ErrorFacts,
  JobEndedError,
  JobGoneError,
  KnownError,
  ResponseError,
  SpecIssue,
  SubmissionUnknownError,
  WaitLostError,
  WaitTimeoutError,
} from "@qizhi/core";
import type {
  AdviceRule,
  AdviceRuleParams,
  AnswerRule,
  AnswerRuleParams,
  JsonProblem,
  Said,
} from "@qizhi/core/internal";
import { formatDuration, formatSpecIssue, visibleText } from "@qizhi/core";
import { excerpt, localZone, toLocalTime } from "@qizhi/core/internal";
import type { errors as english } from "./en-errors.ts";
import { connections } from "./zh-connections.ts";
import { auths, inputs, operations } from "./zh-inputs.ts";
import { rules } from "./zh-rules.ts";

const jsonProblems: Record<JsonProblem, string> = {
  cut_off: "被截断或不是 JSON",
  number_too_large: "数字太大",
  too_deep: "嵌套超过 64 层",
  prototype_key: "含有 __proto__ 键",
};

const titled = ({ title }: { title?: string | undefined }) => (title ? `“${title}”` : "");

const quoted = ({ said }: { said?: string | undefined }) => (said ? `：“${said}”` : "");

const answers: { [Rule in AnswerRule]: (params: AnswerRuleParams<Rule>) => string } = {
  empty_body: () => "空内容",
  gateway_page: (page) => `网关页面${titled(page)}`,
  login_page: (page) => `登录页面${titled(page)}`,
  html_page: (page) => `HTML 页面${titled(page)}`,
  broken_json: ({ problem }) => `无法读取的 JSON（${jsonProblems[problem]}）`,
  other_text: ({ excerpt: text }) => `不是 JSON 的文本：“${text}”`,
  redirect: ({ to }) => (to ? `跳转到 ${to}` : "跳转"),
  other_shape: (words) => `结构不同的 JSON${quoted(words)}`,
  fields_missing: ({ fields, ...words }) => `缺少 ${fields.join("、")} 的 JSON${quoted(words)}`,
  contradiction: (words) => `自相矛盾的 JSON，既说成功又说失败${quoted(words)}`,
  other_job: ({ jobId }) => `另一个任务 ${jobId} 的情况`,
  unreadable: ({ fault }) => `无法读取的内容（${fault}）`,
  job_id_known: ({ jobId }) => `${jobId}，而它是之前另一次提交的任务`,
  no_job_id: () => "不是任务 id 的 job_id",
  unfit_token: () => "无法放进请求头的令牌",
};

const nameOf = (operation: string) => operations[operation] ?? operation;

function sayApi({ call, status, platformCode, platformMessage, advice }: ApiError): Said {
  const code = platformCode === undefined ? "" : `，代码 ${platformCode}`;
  const said = platformMessage || "没有更多说明";
  return {
    summary: `${call.host} 拒绝了${nameOf(call.operation)}（HTTP ${status}${code}）：${said}`,
    hint: sayAdvice(advice),
  };
}

const advices: { [Rule in AdviceRule]: (params: AdviceRuleParams<Rule>) => string } = {
  base_url: () => "请检查平台地址。",
  gateway_trouble: () => "平台或它的网关出了问题，请稍后再试。",
  ids_in_spec: () => "请检查任务描述里的 id（项目、空间、计算组、spec_id），以及账号的权限。",
  job_id: () => "请检查任务 id：可能不完整，或属于别的账号。",
  mistyped_id: () => "id 写错时也会这样，请检查 id。",
  network_login: () => "所在的网络要求先登录：请用浏览器打开任意网页完成登录，再试一次。",
  no_route: () => "这个 OpenAPI 接口已经没有了，或平台地址不对。",
  platform_rules: () => "请按平台的规则检查任务描述。",
  slow_down: () => "请降低请求频率，或等一分钟。",
  spec_too_large: () =>
    "任务描述超过了网关的大小限制：请把命令写进共享盘上的文件，任务里只运行这个文件。",
  wait_asked: ({ waitMs }) => `平台要求等待 ${formatDuration(waitMs)} 再试。`,
  way_in: () => "请检查平台地址、VPN 和代理；出现登录页说明无法进入。",
};

function sayAdvice(advice: ApiError["advice"]): string | undefined {
  if (advice === undefined) return undefined;
  const { rule, params } = advice;
  // The type ties each rule to its own facts; TypeScript cannot follow that through the table.
  return (advices[rule] as (given: typeof params) => string)(params);
}

function sayWhy({ rule, params, via }: ConnectionError): Said {
  // The type ties each rule to its own facts; TypeScript cannot follow that through the table.
  const word = rule && (connections[rule] as (given: typeof params) => Said);
  const { summary, hint } = word?.(params) ?? connections.failed({});
  if (via === undefined) return { summary, hint };
  const proxy = visibleText(via).replace(/^the proxy/, "代理");
  const isByProxy = rule?.startsWith("proxy_");
  return { summary: isByProxy ? `${proxy} ${summary}` : `经由${proxy}，${summary}`, hint };
}

function sayConnection(error: ConnectionError): Said {
  const { call, reason, status, sent } = error;
  const { summary: why, hint = "请检查网络、VPN 和代理。" } = sayWhy(error);
  const code = status === undefined ? reason : `${reason}，HTTP ${status}`;
  const nothing = sent ? "" : "；什么也没有发送";
  const asked = nameOf(call.operation);
  return { summary: `${call.host} 没有回应${asked}：${why}（${code}）${nothing}。`, hint };
}

function sayResponse({ call, status, rule, params, advice }: ResponseError): Said {
  // The type ties each rule to its own facts; TypeScript cannot follow that through the table.
  const word = rule && (answers[rule] as (given: typeof params) => string);
  const came = word?.(params) ?? "没有约定的内容";
  return {
    summary: `${call.host} 对${nameOf(call.operation)}的回应是${came}（HTTP ${status}）。`,
    hint: sayAdvice(advice),
  };
}

function toTimeText(at: number): string {
  return `${toLocalTime(at)}（${localZone(at)}）`;
}

function sayUnknown({ jobName, sentAt, listUrl, cause }: SubmissionUnknownError): Said {
  const name = excerpt(jobName, 100);
  return {
    summary: `任务“${name}”可能存在，也可能不存在：它于 ${toTimeText(Date.parse(sentAt))} 发送，之后：${sayCause(cause)}`,
    hint: `再次提交之前，请先在 ${listUrl} 查找那个时间创建的“${name}”；再提交一次可能再计一次费。`,
  };
}

function sayTimeout({ jobId, limit, limitMs, status }: WaitTimeoutError): Said {
  const after = formatDuration(limitMs);
  const stands =
    status === undefined
      ? `${after} 之后仍不知道任务 ${visibleText(jobId)} 的情况`
      : `${after} 之后任务 ${visibleText(jobId)} ${limit === "queue" ? "仍在排队" : "仍未结束"}（最后看到的状态为 ${excerpt(status, 60)}）`;
  return { summary: `${stands}；等待已结束，任务仍在继续。`, hint: "请继续等待，或停止任务。" };
}

function sayGone({ jobId, url, status, seenAtMs, cause }: JobGoneError): Said {
  const stood = status === undefined ? "刚创建" : `状态为 ${excerpt(status, 60)}`;
  const said = cause instanceof Error && "platformMessage" in cause ? cause.platformMessage : "";
  const why = excerpt(String(said), 200) || "没有更多说明";
  return {
    summary: `任务 ${visibleText(jobId)} 不见了：${toTimeText(seenAtMs)} 时${stood}，之后平台不再认识它（${why}）。它已被删除，或者这个账号不再能看到它。`,
    hint: `它是否还在运行并不清楚，请打开任务页面查看：${url}`,
  };
}

function sayEnded({ jobId, url, status, endedAtMs }: JobEndedError): Said {
  const stands = status ? excerpt(status, 60) : "没有状态";
  return {
    summary: `平台说任务 ${visibleText(jobId)} 已于 ${toTimeText(endedAtMs)} 结束，但这个版本不认识它的状态：${stands}。是否成功并不清楚。`,
    hint: `请打开任务页面查看：${url}`,
  };
}

function sayLost({ jobId, forText, cause }: WaitLostError): Said {
  return {
    summary: `已有 ${forText} 无法查询任务 ${visibleText(jobId)}：${sayCause(cause)} 任务本身仍在继续。`,
    hint: "等平台可以访问后再继续等待。",
  };
}

/** Why an outcome is not known; journals of earlier versions hold it in English only. */
function sayUnknownReason(known: {
  reason?: string | undefined;
  cause?: ErrorFacts | undefined;
}): string {
  const { reason = "", cause } = known;
  const inEnglish = `请求已发出，但没有得到可信的回复（任务记录原文：“${excerpt(reason, 300)}”）`;
  if (cause === undefined) return inEnglish;
  if (cause.code === "process_ended") return "发送它的进程在记下结果之前就结束了";
  if (cause.code === "interrupted") return "创建请求进行中被中断";
  try {
    // As the error itself was: the journal keeps what its words are made of.
    return excerpt(say(cause as unknown as KnownError).summary, 300);
  } catch {
    return inEnglish;
  }
}

function sayCause(cause: unknown): string {
  return cause instanceof Error && "summary" in cause
    ? // An error's cause is one of the library's own wherever it has a summary.
      say(cause as KnownError).summary
    : "在收到回应之前被中断。";
}

function sayIssue({ rule, params, message }: SpecIssue): string {
  if (rule === undefined) return message;
  // The type ties each rule to its own facts; TypeScript cannot follow that through the table.
  return (rules[rule] as (given: object) => string)(params ?? {});
}

function override(text: string): string {
  return text === "--" ? "-- 之后的命令" : text;
}

function say(error: KnownError): Said {
  const { summary, hint } = error;
  switch (error.code) {
    case "spec": {
      const lines = error.issues.map((issue) => {
        const said = { ...issue, message: sayIssue(issue) };
        if (issue.override !== undefined) said.override = override(issue.override);
        return `  ${formatSpecIssue(said, error.file)}`;
      });
      return { summary: [`任务描述有 ${error.issues.length} 个问题：`, ...lines].join("\n") };
    }
    case "input": {
      if (error.rule === undefined) return { summary, hint };
      const { params = {} } = error;
      const said = "reason" in params && "sentAt" in params && { reason: sayUnknownReason(params) };
      return (inputs[error.rule] as (given: object) => Said)({ ...params, ...said });
    }
    case "auth":
      if (error.rule === undefined) return { summary, hint };
      return (auths[error.rule] as (given: object) => Said)(error.params ?? {});
    case "api":
      return sayApi(error);
    case "connection":
      return sayConnection(error);
    case "response":
      return sayResponse(error);
    case "submission_unknown":
      return sayUnknown(error);
    case "job_gone":
      return sayGone(error);
    case "job_ended":
      return sayEnded(error);
    case "wait_timeout":
      return sayTimeout(error);
    case "wait_lost":
      return sayLost(error);
  }
}

/** 程序库各种错误的简体中文说法。 */
export const errors: typeof english = {
  // Every error of the library is of a known kind; the base class cannot say so.
  say: (error) => say(error as KnownError),
  sayReason: sayUnknownReason,
  sayWhy,
  sayIssue,
  override,
};

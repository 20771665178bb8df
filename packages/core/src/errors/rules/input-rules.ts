import type { BrokenRule } from "../../schemas/spec-rules.ts";
import type { Said } from "./sentences.ts";
import { submitRules } from "./submit-rules.ts";

const stateActions = {
  no_home: "There is no home folder for",
  make_folder: "Cannot make the folder",
  write: "Cannot write",
  write_journal: "Cannot write to the journal",
  read: "Cannot read",
};

const portReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "it is in use",
  ERR_SOCKET_BAD_PORT: "a port is 0 to 65535",
};

function sayReason(reason: string): string {
  if (reason === "ELOOP") return "ELOOP: it is a symbolic link";
  if (reason === "EISDIR") return "EISDIR: it is a folder";
  if (reason === "ENXIO" || reason === "NOT_A_FILE") return "it is a pipe or a device, not a file";
  return reason;
}

/** What could not be done with a file of this user's state. */
export type StateAction = keyof typeof stateActions;

const proxyProblems = {
  scheme: "its scheme is none of http, https, socks5 and socks5h",
  host: "it names no host",
  quotes: "it has quotes around it",
  encoding: "it does not read as a URL",
  url: "it does not read as a URL",
  length: "its name or password is longer than the 255 bytes of SOCKS",
};

const proxyHints: Partial<Record<ProxyProblem, string>> = {
  quotes: "Take the quotes away; `docker run --env-file` keeps them, unlike a shell.",
  encoding:
    "Percent-encode special characters in the name and password: @ is %40, : is %3A, / is %2F, # is %23, ? is %3F, % is %25.",
};

/** Why a proxy setting cannot be used. */
export type ProxyProblem = keyof typeof proxyProblems;

const caProblems = {
  missing: "there is no such file",
  unreadable: "it cannot be read",
  folder: "it is a folder",
  special: "it is a pipe or a device, not a file",
  large: "it is larger than 8 MB",
  der: "it holds a certificate in DER form, not PEM",
  binary: "it is not text",
  key: "it holds a key and no certificate",
  none: "no certificate found",
  damaged: "a certificate in it cannot be read",
};

/** Why a file of certificates cannot be used. */
export type CaProblem = keyof typeof caProblems;

const caHints: Partial<Record<CaProblem, string>> = {
  missing: "Correct the path.",
  unreadable: "Let this user read it.",
  folder: "Name a file in it.",
  der: "Convert it: openssl x509 -inform der -in FILE -out ca.pem",
  binary: "A .p12 or .pfx file is converted by: openssl pkcs12 -in FILE -nokeys -out ca.pem",
};

/** Wrong options and arguments in English words; the parameters are the facts in them. */
export const inputRules = {
  base_url_form: ({ wanted }: { wanted: string }): Said => ({
    summary: "The base URL is not an http(s) address.",
    hint: `Write ${wanted}.`,
  }),
  base_url_more: ({ host }: { host: string }): Said => ({
    summary: `The base URL for ${host} holds more than an address and a path.`,
    hint: "Leave out the user name, the password and all from ? or # on.",
  }),
  base_url_clear: ({ host }: { host: string }): Said => ({
    summary: `http://${host} would carry the password in clear.`,
    hint: "Use https. For a network that you trust, set QIZHI_ALLOW_HTTP=1 (`allow-http` in the Action, `allowHttp` in code).",
  }),
  proxy_form: ({ source, problem }: { source: string; problem: ProxyProblem }): Said => ({
    summary: `${source} is not a proxy that can be used: ${proxyProblems[problem]}.`,
    hint: proxyHints[problem] ?? "Write a URL such as http://host:7897.",
  }),
  ca_file: (params: { source: string; file?: string | undefined; problem: CaProblem }): Said => {
    const { source, file, problem } = params;
    const where = file === undefined ? source : `${file} (${source})`;
    return {
      summary: `${where} cannot be used: ${caProblems[problem]}.`,
      hint: caHints[problem] ?? "Name a PEM file: text with -----BEGIN CERTIFICATE----- in it.",
    };
  },
  tls_check_off: (): Said => ({
    summary: "NODE_TLS_REJECT_UNAUTHORIZED=0 would let anybody in between read the password.",
    hint: "Unset it; QIZHI_CA_FILE can name a PEM file with a certificate that you trust.",
  }),
  request_wrong: ({ operation, issues }: { operation: string; issues: string }): Said => ({
    summary: `The request of ${operation} is wrong: ${issues}. Nothing was sent.`,
  }),
  spec_source: (): Said => ({
    summary: "A spec is read from a file or a text, and neither was given.",
    hint: "Give the name of a YAML or JSON file, or { name, text }; an object goes to parseJobSpec.",
  }),
  option_unknown: (params: {
    of: string;
    name: string;
    /** The option that was probably meant. */
    meant?: string | undefined;
    known: readonly string[];
  }): Said => ({
    summary: `${params.of} has no option "${params.name}".`,
    hint:
      params.meant === undefined ? `It has ${params.known.join(", ")}.` : `Write ${params.meant}.`,
  }),
  options_wrong: ({ of, issues }: { of: string; issues: string }): Said => ({
    summary: `${of} cannot take this: ${issues}.`,
  }),
  option_number: (params: {
    of: string;
    name: string;
    value: string;
    isPositive: boolean;
    /** Whether it is infinite, and may not be. */
    isEndless?: boolean | undefined;
  }): Said => ({
    summary: `${params.name} of ${params.of} is ${params.value}, not a ${params.isEndless ? "finite " : ""}number ${params.isPositive ? "above" : "of at least"} 0.`,
  }),
  option_form: (params: { of: string; name: string; takesText: boolean }): Said => ({
    summary: `${params.name} of ${params.of} is ${params.takesText ? "not text" : "neither true nor false"}.`,
  }),
  credentials_half: ({ missing }: { missing: "username" | "password" }): Said => ({
    summary: `The credentials have no ${missing}.`,
    hint: "Give both username and password.",
  }),
  credentials_empty: (): Said => ({
    summary: "The credentials are empty: neither a username nor a password is set.",
    hint: "Set the variables that they come from, such as QIZHI_USERNAME and QIZHI_PASSWORD.",
  }),
  token_form: (): Said => ({
    summary: "The access token is empty or holds a character that no token has.",
    hint: "Copy it again, without spaces and line ends.",
  }),
  job_id_form: ({ jobId }: { jobId: string }): Said => ({
    summary: `"${jobId}" is not a job id: job- and 36 characters.`,
  }),
  job_id_cut_off: ({ jobId, length }: { jobId: string; length: number }): Said => ({
    summary: `"${jobId}" is cut off: ${length} of 40 characters; copy the whole job id.`,
  }),
  job_id_taken: ({ jobId, attempt }: { jobId: string; attempt: string }): Said => ({
    summary: `${jobId} is the job of another attempt (${attempt}).`,
    hint: "Give the id of the job that this attempt made.",
  }),
  state_file: (params: { action: StateAction; file: string; reason: string }): Said => ({
    summary: `${stateActions[params.action]} ${params.file} (${sayReason(params.reason)}).`,
    hint: /^(?:ENOSPC|EDQUOT)$/.test(params.reason)
      ? "Free some space there, or set QIZHI_STATE_DIR to a folder on another disk."
      : "Set QIZHI_STATE_DIR to a folder that this user can write to.",
  }),
  state_owner: (params: { file: string; owner: number; isRoot: boolean }): Said => ({
    summary: `${params.file} belongs to another user (uid ${params.owner}).`,
    hint: params.isRoot
      ? "With sudo, use `sudo -H`, so that the home folder is root's; or do without sudo."
      : "Set QIZHI_STATE_DIR and QIZHI_CONFIG_DIR to folders of your own.",
  }),
  state_writable: ({ file, mode }: { file: string; mode: string }): Said => ({
    summary: `Other users can write to ${file} (mode ${mode}).`,
    hint: "Look at what is in it; then take that right away with `chmod go-w`.",
  }),
  logs_ssh: ({ host, reason }: { host: string; reason: string }): Said => ({
    summary: `The logs cannot be read through ssh to ${host}: ${reason}`,
    hint: `Try \`ssh ${host} true\`; it must work without a question.`,
  }),
  logs_unreadable: ({ path, reason }: { path: string; reason: string }): Said => ({
    summary: `The logs in ${path} cannot be read (${sayReason(reason)}).`,
    hint: "Let this user read them.",
  }),
  local_work_dir: ({ folder }: { folder: string }): Said => ({
    summary: `The work folder ${folder} of the local platform is not a folder.`,
    hint: "Give workDir a folder in which the commands can run.",
  }),
  wire_option: ({ name, known }: { name: string; known: readonly string[] }): Said => ({
    summary: `The local platform has no option ${name}.`,
    hint: `Options: ${known.join(", ")}.`,
  }),
  wire_value: ({ name, choices }: { name: string; choices: readonly string[] }): Said => ({
    summary: `The option ${name} of the local platform does not take this value.`,
    hint:
      choices.length > 0
        ? `Write ${name}=VALUE with one of ${choices.join(", ")}.`
        : `Write ${name}=VALUE; docs/wire.md tells what it takes, lists and mappings as JSON.`,
  }),
  local_port: ({ port, reason }: { port: number; reason: string }): Said => ({
    summary: `The local platform cannot listen on port ${port}: ${portReasons[reason] ?? reason}.`,
    hint: "Choose another port, or 0 for a free one.",
  }),
  local_state_dir: ({ folder, reason }: { folder: string; reason: string }): Said => ({
    summary: `The state folder ${folder} of the local platform cannot be used: ${reason.replace(/\.$/, "")}.`,
    hint: "Choose a folder that this user can write to.",
  }),
  local_temporary_dir: ({ folder, reason }: { folder: string; reason: string }): Said => ({
    summary: `The local platform cannot make a folder in ${folder}: ${reason}.`,
    hint: "Set TMPDIR to a folder that this user can write to, or use `qizhi serve --state-dir <folder>`.",
  }),
  local_jobs_damaged: ({ file, lines }: { file: string; lines: number }): Said => ({
    summary: `${lines === 1 ? "One line" : `${lines} lines`} of ${file} cannot be read and were skipped.`,
    hint: "The jobs of the local platform may be older there than they were, or missing.",
  }),
  local_login_damaged: ({ file }: { file: string }): Said => ({
    summary: `The login of the local platform in ${file} cannot be read.`,
    hint: "It has a new password now.",
  }),
  local_jobs_unsaved: ({ file, reason }: { file: string; reason: string }): Said => ({
    summary: `The local platform cannot write ${file}: ${reason}.`,
    hint: "It goes on; what changes meanwhile is forgotten if it ends before there is room.",
  }),
  local_state_taken: ({ folder, processId }: { folder: string; processId: number }): Said => ({
    summary: `Another local platform (process ${processId}) uses the state folder ${folder}.`,
    hint: "End it, or give this one a folder of its own.",
  }),
  ...submitRules,
};

/** Stable name of what an InputError is about, such as `base_url_form`. */
export type InputRule = keyof typeof inputRules;
/** A broken rule with its facts. */
export type BrokenInputRule = BrokenRule<typeof inputRules>;

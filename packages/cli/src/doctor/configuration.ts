import { isQizhiError } from "@qizhi/core";
import { stateDir } from "@qizhi/core/journal";
import { findCaProblem, proxyFor, toFetchError, visibleText } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import type { Access } from "../access/access.ts";
import { readMode } from "../access/account-file.ts";
import { configDir, Accounts } from "../access/accounts.ts";
import type { CommandInput } from "../context/command.ts";
import { openHistory } from "../history/history.ts";
import type { Io } from "../terminal/io.ts";
import { chooseLanguage } from "../messages/language.ts";
import { version } from "../text/version.ts";
import { type Finding, findingsAbout } from "./finding.ts";

const found = findingsAbout("configuration");

/** The settings in force on this machine and where each comes from; sends nothing. */
export async function checkMachine({ options, io: { env, t } }: CommandInput): Promise<Finding[]> {
  const system = `${process.platform} ${process.arch}`;
  const lang = options.text("lang");
  const langFrom = lang ? "--lang" : env["QIZHI_LANG"] ? "QIZHI_LANG" : t.doctor.locale;
  const language = chooseLanguage(lang ? ["--lang", lang] : [], env);
  return [
    found("version", "ok", `qizhi ${version}, Node.js ${process.versions.node}, ${system}`),
    found("language", "ok", t.doctor.from(language, langFrom)),
    checkStateFolder(env, t),
    checkConfigFolder({ env, t }),
    ...(await checkCertificates(env, t)),
  ];
}

/** Which platform and which proxy. */
export function checkAccess({ baseUrl, baseUrlFrom }: Access, { env, t }: Io): Finding[] {
  const from = baseUrlFrom === "account" ? t.account.labels.account : baseUrlFrom;
  const address = found("base-url", "ok", t.doctor.from(visibleText(baseUrl), from));
  return [address, checkProxy(baseUrl, env, t)];
}

function checkProxy(baseUrl: string, env: Io["env"], t: Io["t"]): Finding {
  try {
    const { url, source, bypassedBy } = proxyFor(baseUrl, env);
    if (url !== undefined) {
      return found("proxy", "ok", t.doctor.from(visibleText(url), source ?? ""));
    }
    if (bypassedBy === undefined) return found("proxy", "ok", t.doctor.direct);
    return found("proxy", "ok", t.doctor.bypassed(source ?? "", visibleText(bypassedBy)));
  } catch (error) {
    const call = { operation: "detail", host: new URL(baseUrl).host, attempts: 1 };
    const { summary, hint } = sayError(toFetchError(call, error), t);
    return found("proxy", "fail", visibleText(summary), hint);
  }
}

function checkStateFolder(env: Io["env"], t: Io["t"]): Finding {
  try {
    const folder = stateDir(env);
    const source = toSource(env, "QIZHI_STATE_DIR", "XDG_STATE_HOME");
    const shown = t.doctor.from(visibleText(folder), source);
    if (!isWritable(folder))
      return found("state", "fail", t.doctor.notWritable(shown), t.doctor.fixState);
    const journal = openHistory({ env });
    const { jobs, attempts, damagedLines } = journal.read();
    const file = visibleText(journal.file);
    if (readMode(journal.file).isLoose) {
      return found("state", "note", t.doctor.loose(file), `chmod 600 ${file}`);
    }
    if (damagedLines.length > 0) {
      return found("state", "note", t.history.damaged(damagedLines.length, file));
    }
    const open = attempts.filter(({ state }) => state === "unknown").length;
    if (open > 0)
      return found("state", "note", t.history.unresolved(open), "qizhi list --unresolved");
    return found("state", "ok", t.doctor.journal(shown, jobs.length));
  } catch (error) {
    const detail = isQizhiError(error) ? sayError(error, t).summary : String(error);
    return found("state", "fail", visibleText(detail), t.doctor.fixState);
  }
}

function checkConfigFolder(io: Pick<Io, "env" | "t">): Finding {
  try {
    return checkAccounts(io);
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    const { summary, hint } = sayError(error, io.t);
    return found("config", "fail", visibleText(summary), hint);
  }
}

function checkAccounts(io: Pick<Io, "env" | "t">): Finding {
  const { env, t } = io;
  const folder = configDir(env);
  const source = toSource(env, "QIZHI_CONFIG_DIR", "XDG_CONFIG_HOME");
  const shown = t.doctor.from(visibleText(folder), source);
  if (!isWritable(folder)) {
    return found("config", "fail", t.doctor.noLoginKept(shown), t.account.folderHint);
  }
  const accounts = new Accounts(io);
  const all = accounts.entries();
  for (const each of all) if ("error" in each) throw each.error;
  const loose = all
    .map(({ name }) => accounts.fileOf(name))
    .filter((file) => readMode(file).isLoose)
    .map(visibleText);
  if (loose.length > 0) {
    const files = loose.join(" ");
    return found("config", "fail", t.doctor.loose(files), `chmod 600 ${files}; qizhi login`);
  }
  return found("config", "ok", t.doctor.accounts(shown, all.length));
}

async function checkCertificates(env: Io["env"], t: Io["t"]): Promise<Finding[]> {
  const findings: Finding[] = [];
  const own = env["QIZHI_CA_FILE"];
  const problem = await findCaProblem(env);
  if (problem) {
    const { summary, hint } = sayError(problem, t);
    findings.push(found("ca", "fail", summary, hint));
  } else if (own) {
    findings.push(found("ca", "ok", t.doctor.from(visibleText(own), "QIZHI_CA_FILE")));
  }
  const extra = env["NODE_EXTRA_CA_CERTS"];
  if (extra) {
    findings.push(found("ca", "note", t.doctor.extraCa(visibleText(extra)), t.doctor.fixExtraCa));
  }
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
    findings.push(found("ca", "fail", t.doctor.noCheck, "unset NODE_TLS_REJECT_UNAUTHORIZED"));
  }
  return findings;
}

function toSource(env: Io["env"], own: string, xdg: string): string {
  if (env[own]) return own;
  return isAbsolute(env[xdg] ?? "") ? xdg : "default";
}

/** Whether files can be made in a folder, or the folder itself where it does not exist yet. */
function isWritable(folder: string): boolean {
  if (!existsSync(folder)) return dirname(folder) !== folder && isWritable(dirname(folder));
  try {
    accessSync(folder, constants.W_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

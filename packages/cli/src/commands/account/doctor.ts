import { isQizhiError } from "@qizhi/core";
import { type Access, findAccess } from "../../access/access.ts";
import { sayError } from "../../errors/cli-error.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import { checkAccess, checkMachine } from "../../doctor/configuration.ts";
import { findFacts, probe, reportProbeLog, toFactsText } from "../../doctor/facts.ts";
import type { Finding, FindingState } from "../../doctor/finding.ts";
import { checkLogin } from "../../doctor/login.ts";
import { checkWay } from "../../doctor/network.ts";
import { exitCode, gravest } from "../../errors/exit-code.ts";
import { type Io, printJson, printResult } from "../../terminal/io.ts";
import { loadMessages } from "../../messages/language.ts";
import { columnsOf } from "../../terminal/streams.ts";
import { fold, pad, widthOf } from "../../text/width.ts";
import { createTheme, type Style } from "../../terminal/style.ts";

/** `qizhi doctor`: the settings in force, and where the way to the platform is broken. */
export const doctor: Run = async (input) => {
  const probed = input.options.text("probe");
  const log = input.options.text("probeLog");
  if (probed !== undefined || log !== undefined) {
    return probed === undefined ? reportProbeLog(log!, input) : probe(probed, input);
  }
  const isJson = input.options.flag("json");
  // A document for tools is the same in every language.
  const io = isJson ? { ...input.io, t: await loadMessages("en") } : input.io;
  const { findings, access } = await examine({ ...input, io });
  const failures = findings.filter(({ state }) => state === "fail");
  const facts = input.options.flag("facts") && access ? await findFacts(access, input) : undefined;
  if (isJson) {
    const checks = findings.map(({ check, state, detail, next }) => ({
      check,
      state,
      detail,
      next: next ?? null,
    }));
    printJson(io, { ok: failures.length === 0, checks, ...(facts && { facts }) });
  } else {
    printResult(io, toText(findings, io));
    printResult(
      io,
      `\n${failures.length === 0 ? io.t.doctor.well : io.t.doctor.ill(failures.length)}`,
    );
    if (facts) printResult(io, `\n${toFactsText(facts)}`);
  }
  const codes = failures.map(({ about }) =>
    about === "platform" ? exitCode.platform : exitCode.usage,
  );
  return gravest([exitCode.ok, ...codes]);
};

/** @returns the findings, and the access where the platform answers and takes the login. */
async function examine(input: CommandInput): Promise<{ findings: Finding[]; access?: Access }> {
  const { options, io } = input;
  const machine = await checkMachine(input);
  let access: Access;
  try {
    access = findAccess(options, io);
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    const { summary: detail, hint: next } = sayError(error, io.t);
    const login: Finding = { check: "login", state: "fail", detail, next, about: "configuration" };
    return { findings: [...machine, login] };
  }
  const settings = checkAccess(access, io);
  if (settings.some(({ state }) => state === "fail"))
    return { findings: [...machine, ...settings] };
  const way = await checkWay(access.baseUrl, io);
  const login = await checkLogin(access, way.isOpen, input);
  const shown = settings.map((each) => (each.check === "proxy" ? (way.proxy ?? each) : each));
  const findings = [...machine, ...shown, ...way.findings, login];
  return login.state === "ok" ? { findings, access } : { findings };
}

const signs: Readonly<Record<FindingState, readonly [unicode: string, ascii: string, Style]>> = {
  ok: ["✔", "+", "good"],
  note: ["!", "!", "warn"],
  fail: ["✖", "x", "bad"],
  skip: ["-", "-", "faint"],
};

function toText(findings: readonly Finding[], { stdout, env, t }: Io): string {
  const theme = createTheme(stdout, env);
  const names: Readonly<Record<string, string>> = t.doctor.checks;
  const nameOf = ({ check }: Finding) => names[check] ?? check;
  const columns = columnsOf(stdout);
  const width = Math.max(...findings.map((finding) => widthOf(nameOf(finding))));
  const lines = findings.flatMap((finding) => {
    const { state, detail, next } = finding;
    const [unicode, ascii, style] = signs[state];
    const sign = theme.paint(style, theme.ascii ? ascii : unicode);
    const line = fold(`${sign} ${pad(nameOf(finding), width)}  ${detail}`, columns, width + 4);
    if (next === undefined) return [line];
    const arrow = `${" ".repeat(width + 4)}${theme.ascii ? "->" : "→"} `;
    return [line, fold(arrow + next.replaceAll("\n", " "), columns, arrow.length)];
  });
  return lines.join("\n");
}

import type { Attempt } from "@qizhi/core/journal";
import { excerpt, imageTypes } from "@qizhi/core/internal";
import { askChoice, askText } from "../terminal/ask.ts";
import type { Io } from "../terminal/io.ts";
import type { AskedField } from "./answers.ts";
import { checkAnswer, defaults, earlierAnswers } from "./answers.ts";

const mostChoices = 7;
const another = "\u0000another";

// Ids are chosen from those of earlier jobs, as nobody types them.
const chosen: ReadonlySet<AskedField> = new Set<AskedField>([
  "workspace_id",
  "project_id",
  "logic_compute_group_id",
  "framework_config[0].spec_id",
  "framework_config[0].image",
]);

/** Asks for one field; earlier answers are offered. */
export async function askField(
  field: AskedField,
  attempts: readonly Attempt[],
  io: Io,
): Promise<string> {
  const { t } = io;
  const label = field.replace("framework_config[0].", "");
  const message = `${label}: ${t.init.fields[field]}`;
  if (field === "framework_config[0].image_type") return askImageType(message, attempts, io);
  const earlier = earlierAnswers(field, attempts);
  if (chosen.has(field) && earlier.length > 0) {
    const choices = earlier.slice(0, mostChoices).map(({ text, jobName }) => {
      return { value: text, label: excerpt(text, 100), hint: excerpt(jobName, 40) };
    });
    const answer = await askChoice(io, message, [
      ...choices,
      { value: another, label: t.init.another },
    ]);
    if (answer !== another) return answer;
  }
  const initial = chosen.has(field) ? undefined : (earlier[0]?.text ?? defaults[field]);
  const isOneLine = initial !== undefined && !initial.includes("\n");
  const answer = await askText(io, {
    message,
    ...(isOneLine && { initial }),
    check: (text) => checkAnswer(field, text, t),
  });
  return answer.trim();
}

async function askImageType(
  message: string,
  attempts: readonly Attempt[],
  io: Io,
): Promise<string> {
  const [last] = earlierAnswers("framework_config[0].image_type", attempts);
  const choices = imageTypes.map((value) => ({
    value,
    label: value,
    hint: io.t.init.imageTypes[value],
  }));
  return askChoice(
    io,
    message,
    choices.toSorted((a, b) => Number(b.value === last?.text) - Number(a.value === last?.text)),
  );
}

import type { Attempt, IdKind, KnownId } from "@qizhi/core/journal";
import { excerpt, imageTypes, namedFields, nameOfId, visibleText } from "@qizhi/core/internal";
import { askChoice, askText } from "../terminal/ask.ts";
import type { Io } from "../terminal/io.ts";
import type { AskedField, EarlierAnswer } from "./answers.ts";
import { checkAnswer, defaults, earlierAnswers } from "./answers.ts";
import { describeId } from "../access/known-ids.ts";

const mostChoices = 7;
const another = "\u0000another";

/** The fields that take an id, and of what. */
const kindOfField: ReadonlyMap<string, IdKind> = new Map(
  namedFields.map(({ key, path }) => [path.join(".").replace(".0.", "[0]."), key]),
);
// Ids are chosen from those of earlier jobs, as nobody types them.
const isChosen = (field: AskedField) =>
  kindOfField.has(field) || field === "framework_config[0].image";

/** What answers are offered from. */
export interface Offers {
  readonly attempts: readonly Attempt[];
  /** The platform's ids with their names. */
  readonly ids: readonly KnownId[];
  /** What was answered before. */
  readonly answers: Partial<Record<AskedField, string>>;
}

/** Asks for one field; earlier answers and the ids that jobs have shown are offered. */
export async function askField(field: AskedField, offers: Offers, io: Io): Promise<string> {
  const { attempts } = offers;
  const { t } = io;
  const label = field.replace("framework_config[0].", "");
  const message = `${label}: ${t.init.fields[field]}`;
  if (field === "framework_config[0].image_type") return askImageType(message, attempts, io);
  const earlier = earlierAnswers(field, attempts);
  const choices = isChosen(field) ? toChoices(field, earlier, offers, io) : [];
  if (choices.length > 0) {
    const answer = await askChoice(io, message, [
      ...choices,
      { value: another, label: t.init.another },
    ]);
    if (answer !== another) return answer;
  }
  const initial = isChosen(field) ? undefined : (earlier[0]?.text ?? defaults[field]);
  const isShowable = initial !== undefined && visibleText(initial) === initial;
  const answer = await askText(io, {
    message,
    ...(isShowable && { initial }),
    check: (text) => checkAnswer(field, text, t),
  });
  return answer.trim();
}

/** Earlier answers first; an id has its name and what is known of it. */
function toChoices(
  field: AskedField,
  earlier: readonly EarlierAnswer[],
  { ids, answers }: Offers,
  { t }: Io,
) {
  const { workspace_id: workspace, logic_compute_group_id: group } = answers;
  const known = idsFor(field, ids, { workspace, group });
  const others = known.filter(({ id }) => !earlier.some(({ text }) => text === id));
  const before = earlier.map(({ text, jobName }) => {
    const id = known.find((each) => each.id === text);
    const hint = excerpt(jobName, 40);
    if (id === undefined) return { value: text, label: excerpt(text, 100), hint };
    return { ...toChoice(id), hint: [describeId(id, ids, t), hint].filter(Boolean).join(t.comma) };
  });
  const rest = others.map((id) => ({ ...toChoice(id), hint: describeId(id, ids, t) }));
  return [...before, ...rest].slice(0, mostChoices);
}

function toChoice(id: KnownId): { value: string; label: string } {
  return { value: id.id, label: excerpt(`${nameOfId(id) ?? ""} ${id.id.slice(0, 14)}…`, 100) };
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

/** The known ids for a field; of a node those that were seen in the chosen group, where there are some. */
function idsFor(
  field: AskedField,
  known: readonly KnownId[],
  within: { readonly workspace?: string | undefined; readonly group?: string | undefined },
): KnownId[] {
  const kind = kindOfField.get(field);
  const fitting = known.filter((each) => each.kind === kind && nameOfId(each) !== undefined);
  const near = fitting.filter(({ group, workspace }) =>
    kind === "node" ? group === within.group : kind === "group" && workspace === within.workspace,
  );
  const found = near.length > 0 ? near : fitting;
  return [...new Map(found.map((each) => [each.id, each])).values()];
}

import { expect, it } from "vitest";
import { en } from "../messages/en.ts";
import { checkAnswer, earlierAnswers } from "./answers.ts";

const field = "max_running_time_ms";

it.each(["720", " 720 ", "1.5", "soon"])("refuses %j for a duration", (answer) => {
  expect(checkAnswer(field, answer, en)).toBe(en.durationForm);
});

it.each(["720m", " 1h30m ", "1d"])("takes %j for a duration", (answer) => {
  expect(checkAnswer(field, answer, en)).toBeUndefined();
});

it("takes a bare number for what is no duration", () => {
  expect(checkAnswer("task_priority", "4", en)).toBeUndefined();
});

it.each([
  ["86400000", "1d"],
  ["90061001", "90061001ms"],
])("offers the %s ms of an earlier spec as an answer that it takes", (ms, text) => {
  const attempt = { name: "a", spec: { [field]: ms } };
  expect(earlierAnswers(field, [attempt])).toEqual([{ text, jobName: "a" }]);
  expect(checkAnswer(field, text, en)).toBeUndefined();
});

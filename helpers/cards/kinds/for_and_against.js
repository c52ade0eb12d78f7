import { pairs } from "../controls.js";

export const for_and_against = (question, id, changed) => pairs(question, id, changed);

import { pairs } from "../controls.js";

export const grade = (question, id, changed) => pairs(question, id, changed);

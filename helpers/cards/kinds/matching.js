import { pairs } from "../controls.js";

export const matching = (question, id, changed) => pairs(question, id, changed);

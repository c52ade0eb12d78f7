import { boxes } from "../controls.js";

export const turn = (question, id, changed) => boxes(question, id, changed, "radio");

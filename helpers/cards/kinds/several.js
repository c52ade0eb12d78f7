import { boxes } from "../controls.js";

export const several = (question, id, changed) => boxes(question, id, changed, "checkbox");

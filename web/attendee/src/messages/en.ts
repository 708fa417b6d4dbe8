import common from "../../../shared/src/i18n/en.json";
import own from "./en.json";

export default { ...own, common };

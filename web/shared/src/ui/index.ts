export { Cover } from "./Cover";
export { Dialog } from "./Dialog";
export { Empty, Loading, OfflineBar, ProblemNotice } from "./Feedback";
export { Field, PasswordField, SelectField, TextArea, TextField } from "./Field";
export { LanguageSwitch } from "./LanguageSwitch";
export { useProblemWords } from "./useProblemWords";
export { useProfileLanguage } from "./useProfileLanguage";
export { ZoneField } from "./ZoneField";

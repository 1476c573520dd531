use crate::run::Case;
pub fn cases() -> Vec<Case> {
    vec![]
}

//! Static content within its bytes.

use serde_json::{Value, json};

use super::fitted::beginning;

/// The blocks, as many bytes of them as an answer may have: texts are cut, and what cannot be cut gives way to a sentence.
pub(super) fn bounded(blocks: Vec<Value>, max_bytes: usize) -> Vec<Value> {
    let mut left = max_bytes;
    let mut shown = Vec::with_capacity(blocks.len());
    for block in blocks {
        let Some(block) = fitting(block, left, max_bytes) else { break };
        left = left.saturating_sub(bytes(&block));
        shown.push(block);
    }
    shown
}

/// `None` where there is no room for anything.
fn fitting(mut block: Value, left: usize, max_bytes: usize) -> Option<Value> {
    let size = bytes(&block);
    if size <= left {
        return Some(block);
    }
    if left == 0 {
        return None;
    }
    let pointers = ["/text", "/resource/text"];
    if let Some(pointer) = pointers.iter().find(|pointer| block.pointer(pointer).is_some_and(Value::is_string))
        && let Some(Value::String(text)) = block.pointer_mut(pointer)
    {
        *text = beginning(text, left);
        return Some(block);
    }
    let kind = block.get("type").and_then(Value::as_str).unwrap_or("block").replace('_', " ");
    let sentence = format!(
        "(A content block was left out: this {kind} has {size} bytes, and the answer may have {max_bytes}. The tool's \
         `result.max_bytes` decides.)"
    );
    Some(json!({"type": "text", "text": beginning(&sentence, left)}))
}

/// What a client reads of a block: its text, or the file in it; of anything else, all.
fn bytes(block: &Value) -> usize {
    let pointers = ["/text", "/resource/text", "/data", "/resource/blob"];
    match pointers.iter().find_map(|pointer| block.pointer(pointer)?.as_str()) {
        Some(content) => content.len(),
        None => block.to_string().len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_and_files_are_whole_or_not_there() {
        let text = |text: &str| json!({"type": "text", "text": text});
        let image = json!({"type": "image", "data": "A".repeat(400), "mimeType": "image/png"});
        let blocks = vec![text("short"), image.clone(), text(&"é".repeat(400))];
        assert_eq!(bounded(blocks.clone(), 2000), blocks);
        let cut = bounded(blocks.clone(), 600);
        assert_eq!(cut[1], image);
        assert!(cut[2]["text"].as_str().unwrap().ends_with("é… (cut, 400 characters)"), "{cut:?}");
        assert!(cut.iter().map(bytes).sum::<usize>() <= 600);
        let cut = bounded(blocks, 300);
        assert!(cut[1]["text"].as_str().unwrap().contains("this image has 400 bytes"), "{cut:?}");
        assert!(cut.iter().map(bytes).sum::<usize>() <= 300);
        let link = json!({"type": "resource_link", "uri": "a://b", "name": "n"});
        assert_eq!(bounded(vec![link.clone()], 100), [link]);
    }
}

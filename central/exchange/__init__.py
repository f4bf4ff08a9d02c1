"""Other systems' formats, read into plain values and written from them; nothing here touches the records."""

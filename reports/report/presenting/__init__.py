"""The report's figures as pieces of a document: page, file and PDF are made from the same ones."""

module gorpc.test/gob

go 1.19

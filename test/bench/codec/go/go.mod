module gorpc.bench/gob

go 1.19

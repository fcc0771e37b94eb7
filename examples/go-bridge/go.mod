module go-bridge

go 1.18

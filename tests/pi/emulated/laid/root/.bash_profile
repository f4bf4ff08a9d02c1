# Whoever speaks here is a program: no prompt, no echo, and one line that says the system listens.
PS1= PS2=
stty -echo -onlcr cols 200
bind 'set enable-bracketed-paste off'
dmesg --console-level 1
echo 'the console listens'

# ruff: noqa
# mypy: ignore-errors
"""Les commandes du système qu'un script lance volontiers, par os.system ou subprocess.

Celle que la machine n'a pas est passée. Chacune qui se plaint donne une ligne « !! » ; puis « fini ».
"""

import os
import shutil
import subprocess
import tempfile

COMMANDS = """\
mkdir -p d/e
printf 'b\\nb\\na\\n' > d/f
ls -l d
ls -la --color=always
cat d/f
head -n 1 d/f
tail -n 1 d/f
wc -l d/f
sort d/f
uniq d/f
rev d/f
cut -c 1 d/f
tr a b < d/f
column -t d/f
grep -r a d
sed -i s/a/c/ d/f
awk '{ print $1 }' d/f
find . -name f -ls
stat d/f
cp -a d g
cp -r d h
mv g i
tar -cf t.tar d
tar -czf t.tgz d
tar -xf t.tar
ln -s d lien
touch d/f
chmod -R 700 d
rm -rf d
du -sh .
df -h .
date
clear
tput cols
hostname
hostname -I
whoami
id
uname -a
ps aux
uptime
free
nproc
env
timeout 1 true
flock verrou true
mktemp
curl --version
bash -c 'echo $((1 + 1))'
"""


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ["TERM"] = "xterm"
        for command in COMMANDS.splitlines():
            if not shutil.which(command.split()[0]):
                continue
            done = subprocess.run(command, shell=True, capture_output=True, text=True)
            if done.returncode or done.stderr:
                print("!!", command, done.returncode, done.stderr)
        os.chdir("/")
    print("fini")


if __name__ == "__main__":
    main()

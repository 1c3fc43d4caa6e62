# SPDX-License-Identifier: BSD-2-Clause
# bash completes verbs, options, their words, and the filter's words
-- skip-unless command -v bash
-- sh
cat >try.sh <<'END'
source <(onebpf completion bash)
try() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_onebpf
	echo "$*: ${COMPREPLY[*]}"
}
try onebpf fi
try onebpf dump --sk
try onebpf dump -Q i
try onebpf filter --show g
try onebpf filter --show =
try onebpf filter --show = sv
try onebpf dump portr
touch some.pcap
try onebpf dump -r so
try onebpf completion z
try onebpf help d
END
bash try.sh
-- stdout
onebpf fi: filter
onebpf dump --sk: --skip
onebpf dump -Q i: in inout
onebpf filter --show g: graph
onebpf filter --show =: tree graph dot svg opt cspf cspf-short ebpf ebpf-kernel native
onebpf filter --show = sv: svg
onebpf dump portr: portrange
onebpf dump -r so: some.pcap
onebpf completion z: zsh
onebpf help d: dump dis doctor
====
# zsh takes its completion, with every option
-- skip-unless command -v zsh
-- sh
onebpf completion zsh >_onebpf && zsh -n _onebpf
for verb in dump filter bench; do
	onebpf help --man $verb | sed '/^.Ss Refused/,$d' | grep -o 'Fl -[a-z-]*' | cut -c 4- |
		while read -r o; do grep -q -e "'\*-$o[[=]" _onebpf || echo "$verb: no -$o"; done
done
! grep -e "'\*-E" _onebpf
====
# fish takes its completion, and completes
-- skip-unless command -v fish
-- sh
onebpf completion fish >onebpf.fish
fish --no-execute onebpf.fish
HOME=$PWD fish -c 'source onebpf.fish; complete -C "onebpf fi"; complete -C "onebpf filter --expl"' 2>/dev/null
-- stdout has
filter	compile a filter
--explain
====
# an unknown shell
-- sh
onebpf completion tcsh; echo $?
onebpf completion; echo $?
-- stdout
2
2
-- stderr
onebpf completion: no completion for "tcsh"
hint: one of: bash, zsh, fish
onebpf completion: which shell?
hint: one of: bash, zsh, fish

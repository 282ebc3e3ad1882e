# bash completion for vimage(8)

_vimage()
{
	local IFS=$' \t\n' line="${COMP_LINE:0:COMP_POINT}"
	local -a words
	# By blanks alone: bash would cut sim:FILE in two.
	read -ra words <<< "$line"
	case $line in
	*[[:blank:]])	words+=("") ;;
	esac
	IFS=$'\n'
	COMPREPLY=($("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null | cut -f 1))
	# What bash takes for the word is only what follows the colon.
	if [[ ${words[${#words[@]} - 1]} == *:* ]]; then
		COMPREPLY=("${COMPREPLY[@]#"${words[${#words[@]} - 1]%:*}:"}")
	fi
}

complete -o default -F _vimage vimage
